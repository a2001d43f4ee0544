import * as v from 'valibot';
import type { ConfigProblem } from './problem.ts';
import { repeatedDomains } from './repeated-domains.ts';
import { type ConfigTree, configSchema } from './schema.ts';
import { type KeyPath, readYaml, type YamlFile } from './yaml.ts';

/** Either the file's content, checked, or everything that is wrong with it. */
export type ParsedConfig = ParsedYaml<ConfigTree>;

export type ParsedYaml<T> =
  | { readonly kind: 'ok'; readonly tree: T }
  | { readonly kind: 'wrong'; readonly problems: readonly [ConfigProblem, ...ConfigProblem[]] };

const MAX_PROBLEMS = 50;

/** Reads the text of a configuration file. An empty file is an empty configuration. Never throws. */
export function parseConfig(text: string): ParsedConfig {
  return parseYamlAs(text, configSchema(), (file) => repeatedDomains(file));
}

/** Reads YAML of a schema; `findMore` looks at what is right by the schema and may still be wrong. Never throws. */
export function parseYamlAs<T>(
  text: string,
  schema: v.GenericSchema<unknown, T>,
  findMore: (file: YamlFile) => readonly ConfigProblem[],
): ParsedYaml<T> {
  const file = readYaml(text);
  const syntax = file.problems.map((problem) => ({ ...problem, path: [] }));
  if (isNotEmpty(syntax)) return { kind: 'wrong', problems: syntax };
  const checked = checkTree(file, schema);
  const all = [...checked.problems, ...(checked.found === null ? [] : findMore(file))];
  const sorted = all.sort((a, b) => a.position.line - b.position.line || a.position.column - b.position.column);
  if (isNotEmpty(sorted)) return { kind: 'wrong', problems: sorted };
  if (checked.found === null) throw new Error('the file is neither right nor wrong');
  return { kind: 'ok', tree: checked.found.tree };
}

type CheckedTree<T> = { readonly found: { readonly tree: T } | null; readonly problems: ConfigProblem[] };

function checkTree<T>(file: YamlFile, schema: v.GenericSchema<unknown, T>): CheckedTree<T> {
  const value: unknown = structuredClone(file.value ?? {});
  const problems: ConfigProblem[] = [];
  while (problems.length < MAX_PROBLEMS) {
    const result = v.safeParse(schema, value);
    if (result.success) return { found: problems.length === 0 ? { tree: result.output } : null, problems };
    const issues = distinct(result.issues.flatMap((issue) => flatten(issue)));
    const unknown = issues.filter((issue) => issue.about === 'unknown-key');
    // The schema stops at the first unknown key of a mapping: take it away and look again.
    const shown = unknown.length > 0 ? unknown : issues;
    problems.push(...shown.map((issue) => problemOf(file, issue)));
    if (unknown.length === 0) break;
    for (const { path } of unknown) removeKey(value, path);
  }
  return { found: null, problems };
}

type FlatIssue = {
  readonly path: KeyPath;
  readonly message: string;
  readonly about: 'value' | 'unknown-key' | 'missing-key';
};

/** Of a union's issues those of the alternative that the writer meant: the one that got furthest. */
function flatten(issue: v.BaseIssue<unknown>, above: KeyPath = []): readonly FlatIssue[] {
  const path = [...above, ...(issue.path ?? []).map(({ key }) => (typeof key === 'number' ? key : String(key)))];
  const list = takenForMapping(issue);
  if (list !== -1) {
    return [{ path: path.slice(0, above.length + list), message: 'expected a mapping, got a list', about: 'value' }];
  }
  if (issue.type === 'union' && issue.issues !== undefined) {
    const meant = issue.issues.filter((inner) => inner.path !== undefined || inner.kind !== 'schema');
    if (meant.length > 0) return meant.flatMap((inner) => flatten(inner, path));
  }
  return [{ path, message: issue.message, about: aboutOf(issue) }];
}

/** A list passes for a mapping whose keys are 0, 1, …; what is wrong then is the list, and it is said once. */
function takenForMapping(issue: v.BaseIssue<unknown>): number {
  return (issue.path ?? []).findIndex(({ type, input }) => type === 'object' && Array.isArray(input));
}

function aboutOf(issue: v.BaseIssue<unknown>): FlatIssue['about'] {
  if (issue.type !== 'strict_object' || issue.expected === 'Object') return 'value';
  return issue.expected === 'never' ? 'unknown-key' : 'missing-key';
}

function problemOf(file: YamlFile, { path, message, about }: FlatIssue): ConfigProblem {
  const shown = about === 'missing-key' ? path.slice(0, -1) : path;
  return { position: file.positionOf(path, about === 'unknown-key'), path: shown, message };
}

function removeKey(value: unknown, path: KeyPath): void {
  let holder = value;
  for (const step of path.slice(0, -1)) holder = isRecord(holder) ? holder[step] : undefined;
  const last = path.at(-1);
  if (isRecord(holder) && last !== undefined) delete holder[last];
}

function isRecord(value: unknown): value is Record<string | number, unknown> {
  return typeof value === 'object' && value !== null;
}

function isNotEmpty<T>(list: readonly T[]): list is readonly [T, ...T[]] {
  return list.length > 0;
}

function distinct(issues: readonly FlatIssue[]): readonly FlatIssue[] {
  return [...new Map(issues.map((issue) => [JSON.stringify(issue), issue])).values()];
}
