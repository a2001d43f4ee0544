import type { ExitCode } from '@unsent/dns';
import { buildRecord, type DomainLint, lintText } from '@unsent/spf';
import type { Shell } from '../shell.ts';
import { readDomain, usage } from './input.ts';
import { ownLookupsOnly } from './render-lint.ts';
import { paragraph } from './show.ts';

/** Options as commander hands them over. */
export type RecordFlags = {
  readonly ip?: readonly string[];
  readonly include?: readonly string[];
  readonly a?: boolean;
  readonly mx?: boolean;
  readonly strict?: boolean;
  readonly for?: string;
};

/** `unsent spf record`: the record alone on standard output, what to know about it on standard error. */
export async function runSpfRecord(shell: Shell, flags: RecordFlags): Promise<ExitCode> {
  const { ip = [], include = [], a = false, mx = false, strict = false } = flags;
  const domain = flags.for === undefined ? null : readDomain(flags.for);
  if (ip.length + include.length === 0 && !a && !mx) {
    throw usage(
      'nobody would be allowed to send',
      'Name the senders with --ip, --include, --a or --mx; for a domain that sends no mail run unsent lockdown.',
    );
  }
  const built = buildRecord({ ip, include, a, mx, strict });
  if (built.kind === 'invalid') throw usage(`"${built.value}" ${built.why}`);
  const lint =
    domain === null ? null : await lintText(domain, built.text, await shell.resolver(), { signal: shell.signal });
  const findings = lint?.findings ?? built.lint.findings;
  const lookups = lint?.tree?.lookups ?? built.lint.lookups;
  if (shell.options.json) {
    const { text, strings } = built;
    shell.stdout.write(`${JSON.stringify({ record: text, strings, lookups, findings }, null, 2)}\n`);
    return 0;
  }
  shell.stdout.write(`${built.text}\n`);
  if (!shell.options.quiet) for (const line of notes(built, lookups, lint, strict)) note(shell, line);
  if (!shell.options.quiet) for (const { severity, message } of findings) note(shell, `${severity}: ${message}`);
  return 0;
}

function note(shell: Shell, text: string): void {
  shell.stderr.write(paragraph(text, 2, { style: shell.style, width: shell.stderr.columns }));
}

function notes(
  { text, strings }: { readonly text: string; readonly strings: readonly string[] },
  lookups: number,
  lint: DomainLint | null,
  isStrict: boolean,
): readonly string[] {
  const known = lint === null ? ownLookupsOnly(text) : '';
  const cut = strings.length === 1 ? [] : [`In a zone file: ${strings.map((string) => `"${string}"`).join(' ')}`];
  const end = isStrict
    ? 'It ends in -all: mail of a host that is missing here is refused.'
    : 'It ends in ~all: mail of a host that is missing here is marked, not refused. When none is missing: --strict.';
  return [`${lookups} of 10 lookups${known}.`, end, ...cut];
}
