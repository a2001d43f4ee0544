import { type FileHandle, open } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import { explain, gatherFacts, judge, readMessage } from '@unsent/bounce';
import { type ExitCode, UnsentError } from '@unsent/dns';
import { ownDomainsFrom, readBatvSecrets } from '../config/own-domains.ts';
import { hasState } from '../lockdown/state.ts';
import { errorFromSystem } from '../output/file-error.ts';
import type { Shell } from '../shell.ts';
import { renderExplanation } from './render.ts';

/** Bytes of a message that are read; a bounce that is larger returns a large body, and that decides nothing. */
const MAX_BYTES = 67_108_864;

/** `unsent explain MESSAGE`: what one message is, what was read from where, each rule that spoke, the verdict. */
export async function runExplain(shell: Shell, place: string): Promise<ExitCode> {
  const bytes = place === '-' ? await readInput(shell.stdin) : await readFileOf(place);
  if (bytes.length === 0) {
    throw new UnsentError('message-empty', { message: `${place === '-' ? 'standard input' : place} is empty` });
  }
  const read = await readMessage(bytes);
  const facts = await gatherFacts(read, await contextOf(shell));
  const explanation = explain(read, facts, judge(facts));
  if (shell.options.json)
    shell.stdout.write(`${JSON.stringify({ message: place, error: read.error, ...explanation })}\n`);
  else shell.stdout.write(renderExplanation(place, explanation, read.error, shell));
  return 0;
}

/** Looking at a message never makes a database. */
async function contextOf(shell: Shell): Promise<Parameters<typeof gatherFacts>[1]> {
  const config = await shell.config();
  const store = (await hasState(shell)) ? await shell.store() : null;
  const secrets = await readBatvSecrets(config, shell.env);
  const sentLog = store === null || (await store.sentLog.status()).messages === 0 ? null : store.sentLog;
  return {
    domains: ownDomainsFrom(config, store === null ? [] : await store.lockedDomains.all(), secrets),
    resolver: await shell.resolver(),
    sentLog,
    now: shell.now(),
  };
}

async function readInput(stdin: Readable): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of stdin) {
    const bytes = Buffer.from(chunk);
    chunks.push(bytes);
    size += bytes.length;
    if (size >= MAX_BYTES) break;
  }
  return Buffer.concat(chunks).subarray(0, MAX_BYTES);
}

async function readFileOf(path: string): Promise<Buffer> {
  let file: FileHandle | null = null;
  try {
    file = await open(path);
    const { size } = await file.stat();
    const buffer = Buffer.alloc(Math.min(size, MAX_BYTES));
    const { bytesRead } = await file.read(buffer, 0, buffer.length, 0);
    return buffer.subarray(0, bytesRead);
  } catch (cause) {
    throw errorFromSystem(cause, 'read', path) ?? cause;
  } finally {
    await file?.close();
  }
}
