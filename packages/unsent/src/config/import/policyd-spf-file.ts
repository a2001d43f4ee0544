/** One setting of a policyd-spf.conf, and the line it stands on. */
export type Setting = { readonly name: string; readonly value: string; readonly line: number };

/** What cannot be carried over, and why; `line` null: it is about the whole file. */
export type Untranslated = { readonly line: number | null; readonly what: string };

/** Reads the settings of policyd-spf.conf(5): `name = value`, `#` begins a comment anywhere; the last one counts. */
export function readPolicydSpf(text: string): {
  readonly settings: ReadonlyMap<string, Setting>;
  readonly problems: readonly Untranslated[];
} {
  const settings = new Map<string, Setting>();
  const problems: Untranslated[] = [];
  for (const [index, whole] of text.split(/\r?\n/).entries()) {
    const line = index + 1;
    const content = (whole.split('#', 1)[0] ?? '').trim();
    if (content === '') continue;
    const [name = '', value, ...rest] = content.split('=').map((part) => part.trim());
    // policyd-spf skips a line with a second "=", and says so only in the log.
    if (value === undefined || rest.length > 0) problems.push({ line, what: `"${content}" is no "name = value"` });
    else settings.set(name, { name, value, line });
  }
  return { settings, problems };
}

/** One line of a Per_User file: `user@example.com,option=value|option=value` (policyd-spf.peruser(5)). */
export function readPerUser(text: string): {
  readonly users: ReadonlyMap<string, ReadonlyMap<string, Setting>>;
  readonly problems: readonly Untranslated[];
} {
  const users = new Map<string, ReadonlyMap<string, Setting>>();
  const problems: Untranslated[] = [];
  for (const [index, whole] of text.split(/\r?\n/).entries()) {
    const line = index + 1;
    const content = (whole.split('#', 1)[0] ?? '').trim();
    if (content === '') continue;
    const comma = content.indexOf(',');
    const user = content.slice(0, comma).trim().toLowerCase();
    // The first line of a user counts.
    if (comma > 0 && users.has(user)) continue;
    if (comma <= 0 || !/^[^@\s]+@[^@\s]+$/.test(user)) {
      problems.push({ line, what: `"${content}" is no line for one recipient (Per_User)` });
      continue;
    }
    const settings = new Map<string, Setting>();
    for (const pair of content.slice(comma + 1).split('|')) {
      const [name = '', value = ''] = pair.split('=').map((part) => part.trim());
      settings.set(name, { name, value, line });
    }
    users.set(user, settings);
  }
  return { users, problems };
}
