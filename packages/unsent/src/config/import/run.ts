import { readFile, writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { type ExitCode, UnsentError } from '@unsent/dns';
import { type Document, isAlias, isNode, parseDocument, visit } from 'yaml';
import { readPlace } from '../../config.ts';
import { escapeForTerminal } from '../../output/escape.ts';
import { errorFromSystem } from '../../output/file-error.ts';
import { plural } from '../../output/number.ts';
import type { Shell } from '../../shell.ts';
import { parseConfig } from '../parse.ts';
import { configPlaces } from '../places.ts';
import { readPerUser, readPolicydSpf, type Setting, type Untranslated } from './policyd-spf-file.ts';
import { type Flat, noteOthers, translate } from './translate-policyd-spf.ts';

export type ImportOptions = { readonly output?: string };

/** What an import gave: `policy` as it stands in the file, and what it could not say. */
type Imported = { readonly policy: Tree; readonly untranslated: readonly Untranslated[] };
type Tree = { [key: string]: unknown };

/** `unsent config import FILE`: the configuration of policyd-spf(1) in our words, on standard output or in a new file. */
export async function runImport(shell: Shell, file: string, options: ImportOptions): Promise<ExitCode> {
  const imported = await importPolicydSpf(await readText(resolve(shell.cwd, file)), shell.cwd);
  // What is merged into must be right itself: this names its mistakes, where there are any.
  if (options.output !== undefined) await shell.config();
  const yaml = toYaml(imported, options.output === undefined ? null : textInForce(shell));
  const checked = parseConfig(yaml);
  if (checked.kind === 'wrong')
    throw new Error(`the import made a wrong configuration: ${checked.problems[0]?.message}`);
  if (options.output !== undefined) await writeNew(resolve(shell.cwd, options.output), yaml);
  report(shell, imported, options.output ?? null, yaml);
  return 0;
}

async function importPolicydSpf(text: string, cwd: string): Promise<Imported> {
  const { settings, problems } = readPolicydSpf(text);
  const untranslated: Untranslated[] = [...problems];
  const note = ({ name, line }: Setting, what: string): void =>
    void untranslated.push({ line, what: `${name}: ${what}` });
  noteOthers(settings, note);
  const whole = translate(settings, note);
  const defaults = translate(new Map(), () => {});
  const policy: Tree = { preset: whole.get('preset'), ...toTree(difference(whole, defaults)) };
  const recipients = await importPerUser(settings, whole, cwd, note, untranslated);
  if (Object.keys(recipients).length > 0) policy['recipients'] = recipients;
  return { policy, untranslated };
}

/** `Per_User = text,FILE`: what each recipient has otherwise. */
async function importPerUser(
  settings: ReadonlyMap<string, Setting>,
  whole: Flat,
  cwd: string,
  note: (setting: Setting, what: string) => void,
  untranslated: Untranslated[],
): Promise<Tree> {
  const setting = settings.get('Per_User');
  if (setting === undefined || setting.value === '' || setting.value === 'None') return {};
  const path = /^text,(.+)$/.exec(setting.value)?.[1]?.trim();
  const text = path === undefined ? null : await readFile(resolve(cwd, path), 'utf8').catch(() => null);
  if (text === null) {
    note(setting, `${path ?? setting.value} cannot be read; put what is in it under policy.recipients`);
    return {};
  }
  const { users, problems } = readPerUser(text);
  for (const { line, what } of problems)
    untranslated.push({ line: setting.line, what: `${path} line ${line}: ${what}` });
  const recipients: Tree = {};
  for (const [user, own] of users) {
    const noteUser = (one: Setting, what: string): void =>
      void untranslated.push({ line: setting.line, what: `${path} line ${one.line}: ${one.name}: ${what}` });
    noteOthers(own, noteUser);
    const noteOwn = (one: Setting, what: string): void => {
      if (own.has(one.name)) noteUser(one, what);
    };
    // What would relay in the file itself has been refused already.
    const merged = translate(new Map([...settings, ...own]), noteOwn, path);
    const [may, mayNot] = split(difference(merged, whole));
    for (const key of mayNot)
      untranslated.push({ line: setting.line, what: `${user}: ${key} holds for all recipients` });
    if (may.size > 0) recipients[user] = toTree(may);
  }
  return recipients;
}

/** The paths of which policyd-spf and unsent alike say that they cannot differ by recipient. */
const FOR_ALL = /^(header\.|timeLimitMs|trustTimeLimitMs|maxVoidLookups|prospective)/;

function split(flat: Flat): readonly [Flat, readonly string[]] {
  const may = new Map([...flat].filter(([path]) => !FOR_ALL.test(path)));
  return [may, [...flat.keys()].filter((path) => FOR_ALL.test(path))];
}

function difference(flat: Flat, base: Flat): Flat {
  return new Map([...flat].filter(([path, value]) => JSON.stringify(value) !== JSON.stringify(base.get(path))));
}

function toTree(flat: Flat): Tree {
  const tree: Tree = {};
  for (const [path, value] of flat) {
    const keys = path.split('.');
    let at = tree;
    for (const key of keys.slice(0, -1)) {
      const below: unknown = at[key] ?? {};
      at[key] = below;
      at = isTree(below) ? below : {};
    }
    at[keys.at(-1) ?? ''] = value;
  }
  return tree;
}

function isTree(value: unknown): value is Tree {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The file: what is in force, when it is merged into, with `policy` set; else `policy` alone. */
function toYaml({ policy, untranslated }: Imported, base: string | null): string {
  const document = parseDocument(base ?? '');
  withoutAliases(document);
  // Nothing can be put below `policy:` while that is the end of it.
  if ((document.get('policy') ?? null) === null) document.set('policy', document.createNode({}));
  for (const [key, value] of Object.entries(policy)) document.setIn(['policy', key], document.createNode(value));
  const notes = untranslated.map((one) => `# not carried over: ${noteText(one)}\n`).join('');
  return `${notes}${document.toString({ lineWidth: 0 })}`;
}

/** Puts in place of each `*name` what it stands for: the part that has its `&name` may be replaced. */
function withoutAliases(document: Document): void {
  visit(document, {
    Alias(_, alias) {
      const copy = alias.resolve(document)?.clone();
      if (!isNode(copy) || isAlias(copy)) return undefined;
      delete copy.anchor;
      return copy;
    },
  });
}

function noteText({ line, what }: Untranslated): string {
  return escapeForTerminal(line === null ? what : `line ${line}: ${what}`, { maxLength: 400 });
}

function textInForce(shell: Shell): string | null {
  for (const place of configPlaces(shell.options.config, shell.env, shell.cwd)) {
    const text = readPlace(place);
    if (text !== null) return text;
  }
  return null;
}

async function readText(path: string): Promise<string> {
  return readFile(path, 'utf8').catch((error: unknown) => {
    throw errorFromSystem(error, 'read', path) ?? error;
  });
}

/** Never over a file that is there. */
async function writeNew(path: string, text: string): Promise<void> {
  await writeFile(path, text, { flag: 'wx' }).catch((cause: unknown) => {
    if (cause instanceof Error && 'code' in cause && cause.code === 'EEXIST') {
      throw new UnsentError('file-exists', {
        message: `${path} exists and was left as it is.`,
        hint: 'Name a new file with --output, compare the two, and move it into place.',
        cause,
      });
    }
    throw errorFromSystem(cause, 'write', path) ?? cause;
  });
}

function report(shell: Shell, { policy, untranslated }: Imported, output: string | null, yaml: string): void {
  const { stdout, stderr, options } = shell;
  if (options.json) stdout.write(`${JSON.stringify({ policy, untranslated, output })}\n`);
  else if (output === null) stdout.write(yaml);
  else if (!options.quiet)
    stdout.write(`Wrote ${escapeForTerminal(output)}; check it: unsent config check ${escapeForTerminal(output)}\n`);
  if (options.json || untranslated.length === 0) return;
  for (const one of untranslated) stderr.write(`${noteText(one)}\n`);
  stderr.write(`${plural(untranslated.length, 'setting')} not carried over\n`);
}
