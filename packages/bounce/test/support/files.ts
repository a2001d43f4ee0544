import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { onTestFinished } from 'vitest';
import type { MailSource, RawMessage, SourceMemory, SourceOptions } from '../../src/sources/source.ts';

/** A new folder with these files in it, gone when the test has finished. */
export function folderOf(files: Readonly<Record<string, string>> = {}): string {
  const folder = mkdtempSync(join(tmpdir(), 'unsent-mail-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  for (const [name, content] of Object.entries(files)) putFile(join(folder, name), content);
  return folder;
}

function putFile(path: string, content: string): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, content, 'latin1');
}

/** Small bounds; the clock stands an hour after everything was written, unless a test says otherwise. */
export function sourceOptions(given: Partial<SourceOptions> = {}): SourceOptions {
  return { maxMessageBytes: 1 << 20, settleMs: 60_000, now: () => new Date(Date.now() + 3_600_000), ...given };
}

/** What the ledger would remember of one source. */
export type Memory = SourceMemory & { note(messages: readonly RawMessage[]): void };

export function memory(): Memory {
  let position: string | null = null;
  const items = new Set<string>();
  return {
    get position() {
      return position;
    },
    unread: async (asked) => asked.filter((item) => !items.has(item)),
    positionOf: async () => null,
    note(messages) {
      for (const { item } of messages) if (item !== null) items.add(item);
      position = messages.at(-1)?.position?.() ?? position;
    },
  };
}

/** Reads a source to its end, as a scan does, and remembers it. */
export async function readAll(source: MailSource, remembered: Memory = memory()): Promise<RawMessage[]> {
  const messages: RawMessage[] = [];
  for await (const message of source.messages(remembered)) messages.push(message);
  remembered.note(messages.filter(({ error }) => error === null));
  return messages;
}

export function textsOf(messages: readonly RawMessage[]): string[] {
  return messages.map(({ bytes }) => Buffer.from(bytes).toString('latin1'));
}

export const stdinOf = async function* (...chunks: readonly string[]): AsyncGenerator<Uint8Array> {
  for (const chunk of chunks) yield Buffer.from(chunk, 'latin1');
};

/** What the ledger would remember of many sources. Reads one to its end, as a scan does, and remembers it. */
export function ledgerOfSources(): (source: MailSource) => Promise<RawMessage[]> {
  const positions = new Map<string, string>();
  const items = new Map<string, Set<string>>();
  return async (source) => {
    const name = source.name ?? '';
    const known = items.get(name) ?? new Set();
    items.set(name, known);
    const found: RawMessage[] = [];
    const read = source.messages({
      position: positions.get(name) ?? null,
      unread: async (asked) => asked.filter((item) => !known.has(item)),
      positionOf: async (other) => positions.get(other) ?? null,
    });
    for await (const message of read) found.push(message);
    for (const { item } of found) if (item !== null) known.add(item);
    const position = found.at(-1)?.position?.() ?? source.endPosition?.() ?? null;
    if (position !== null) positions.set(name, position);
    return found;
  };
}
