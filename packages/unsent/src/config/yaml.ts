import { type Document, isAlias, isMap, isScalar, isSeq, LineCounter, type Node, parseDocument } from 'yaml';

/** Where something stands in the file; both count from 1. */
export type Position = { readonly line: number; readonly column: number };

/** Keys and indexes from the top of the file: `['domains', 'unused', 0]`. */
export type KeyPath = readonly (string | number)[];

type YamlProblem = { readonly position: Position; readonly message: string };

/** A parsed file: its plain value, and where each key stands. */
export type YamlFile = {
  readonly value: unknown;
  readonly problems: readonly YamlProblem[];
  /** The place of a value or, with `ofKey`, of its key; what is missing stands where its parent does. */
  positionOf(path: KeyPath, ofKey?: boolean): Position;
};

/** Parses YAML 1.2. Syntax errors, duplicate keys, unknown tags and a second document are problems. Never throws. */
export function readYaml(text: string): YamlFile {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, uniqueKeys: true });
  const position = (offset: number): Position => {
    const { line, col } = lines.linePos(offset);
    return { line: Math.max(1, line), column: Math.max(1, col) };
  };
  const problems = [...document.errors, ...document.warnings].map(({ pos, message }) => ({
    position: position(pos[0]),
    message: sayPlainly(message),
  }));
  const plain = problems.length > 0 ? { value: null, problem: null } : plainValue(document);
  if (plain.problem !== null) problems.push({ position: { line: 1, column: 1 }, message: plain.problem });
  return {
    value: plain.value,
    problems,
    positionOf: (path, ofKey = false) => position(offsetOf(document, path, ofKey)),
  };
}

/** The library refuses an alias bomb, and an alias of nothing, with a ReferenceError. */
function plainValue(document: Document): { readonly value: unknown; readonly problem: string | null } {
  try {
    return { value: document.toJS({ maxAliasCount: 100 }), problem: null };
  } catch (error) {
    if (!(error instanceof ReferenceError)) throw error;
    return { value: null, problem: sayPlainly(error.message) };
  }
}

function sayPlainly(message: string): string {
  if (message === 'Map keys must be unique') return 'this key stands twice in the same mapping';
  if (message.startsWith('Source contains multiple documents')) return 'the file holds a second document ("---")';
  const first = message.split('\n')[0] ?? message;
  return `not valid YAML: ${first.charAt(0).toLowerCase()}${first.slice(1)}`;
}

function offsetOf(document: Document, path: KeyPath, ofKey: boolean): number {
  let node: unknown = document.contents;
  let offset = startOf(node) ?? 0;
  for (const [depth, step] of path.entries()) {
    const wantsKey = ofKey && depth === path.length - 1;
    const child = childOf(isAlias(node) ? node.resolve(document) : node, step);
    const next = startOf(wantsKey ? child?.key : child?.value) ?? startOf(child?.key);
    if (child === null || next === null) return offset;
    offset = next;
    node = child.value;
  }
  return offset;
}

function childOf(node: unknown, step: string | number): { readonly key: unknown; readonly value: unknown } | null {
  if (isSeq(node)) return { key: null, value: node.items[Number(step)] };
  if (!isMap(node)) return null;
  const pair = node.items.find(({ key }) => (isScalar(key) ? String(key.value) : null) === String(step));
  return pair === undefined ? null : { key: pair.key, value: pair.value };
}

function startOf(node: unknown): number | null {
  return isNode(node) && node.range !== undefined && node.range !== null ? node.range[0] : null;
}

function isNode(node: unknown): node is Node {
  return isScalar(node) || isMap(node) || isSeq(node) || isAlias(node);
}
