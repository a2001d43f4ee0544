import { resolve } from 'node:path';
import type { SentLog } from '@unsent/bounce';
import { type ExitCode, UnsentError } from '@unsent/dns';
import { ownDomainsFrom } from '../config/own-domains.ts';
import { escapeForTerminal } from '../output/escape.ts';
import { formatCount, plural } from '../output/number.ts';
import type { Shell } from '../shell.ts';
import { type BatchMaker, batchMaker } from './batch.ts';
import { jsonLinesReader } from './json-lines.ts';
import { readLines } from './lines.ts';
import { postfixReader } from './postfix.ts';
import type { LogReader } from './sent-message.ts';

/** Options as commander hands them over. */
export type ImportFlags = { readonly format?: string; readonly keep?: string; readonly partial?: boolean };

/** What one file gave. */
type FileResult = {
  readonly file: string;
  lines: number;
  /** Of our own domains. */
  messages: number;
  added: number;
  unreadable: number;
  firstProblem: string | null;
  from: Date | null;
  until: Date | null;
};

const MESSAGES_PER_BATCH = 2000;
const DEFAULT_KEEP_DAYS = 180;
const DAY_MS = 86_400_000;

/** `unsent sentlog import`: reads logs of sent mail and keeps hashes of their ids. */
export async function runSentlogImport(shell: Shell, files: readonly string[], flags: ImportFlags): Promise<ExitCode> {
  const keepDays = readKeep(flags.keep);
  const { sentLog, lockedDomains } = await shell.store();
  const domains = ownDomainsFrom(await shell.config(), await lockedDomains.all());
  const isDeclared = domains.all().length > 0;
  const maker = batchMaker({ domains: isDeclared ? domains : null, isComplete: flags.partial !== true });
  const results: FileResult[] = [];
  for (const file of files) {
    const result = await importFile(shell, file, flags.format ?? null, maker, sentLog);
    results.push(result);
    report(shell, result);
    maker.nextFile();
  }
  const removed = await forgetOld(sentLog, keepDays);
  if (!shell.options.json && removed > 0) {
    shell.stdout.write(
      `Forgot ${plural(removed, 'message')} older than ${plural(keepDays, 'day')} before the newest.\n`,
    );
  }
  if (!isDeclared) hint(shell, 'No domain is declared, so the mail of every sender was kept.');
  if (results.every((one) => one.messages === 0)) throw nothingFound(results, isDeclared);
  return 0;
}

async function importFile(
  shell: Shell,
  file: string,
  format: string | null,
  maker: BatchMaker,
  log: SentLog,
): Promise<FileResult> {
  const result = newResult(file);
  let reader: LogReader | null = format === null ? null : readerFor(format, shell);
  const flush = async (): Promise<void> => {
    result.messages += maker.size;
    result.added += (await log.record(maker.take())).added;
  };
  for await (const line of readLines(file === '-' ? file : resolve(shell.cwd, file), shell.stdin)) {
    reader ??= line.trim() === '' ? null : readerFor(line.trimStart().startsWith('{') ? 'jsonl' : 'postfix', shell);
    if (reader === null) continue;
    takeLine(reader, line, maker, result);
    if (maker.size >= MESSAGES_PER_BATCH) await flush();
    if (shell.signal.aborted) break;
  }
  for (const message of reader?.rest() ?? []) maker.add(message);
  await flush();
  return result;
}

function takeLine(reader: LogReader, line: string, maker: BatchMaker, result: FileResult): void {
  result.lines++;
  const read = reader.take(line);
  if (read.kind === 'unreadable') {
    result.unreadable++;
    result.firstProblem ??= `line ${result.lines}: ${read.why}`;
  }
  if (read.kind !== 'read') return;
  for (const message of read.messages) maker.add(message);
  maker.cover(read.host, read.at);
  if (result.from === null || read.at < result.from) result.from = read.at;
  if (result.until === null || read.at > result.until) result.until = read.at;
}

function newResult(file: string): FileResult {
  return { file, lines: 0, messages: 0, added: 0, unreadable: 0, firstProblem: null, from: null, until: null };
}

function readerFor(format: string, shell: Shell): LogReader {
  if (format === 'jsonl') return jsonLinesReader();
  if (format === 'postfix') return postfixReader(shell.now());
  throw new UnsentError('usage', {
    message: `unknown format '${format}'`,
    hint: 'The formats are postfix and jsonl.',
    exitCode: 2,
  });
}

function readKeep(text: string | undefined): number {
  const days = text === undefined ? DEFAULT_KEEP_DAYS : Number(text);
  if (Number.isInteger(days) && days >= 1 && days <= 36_500) return days;
  throw new UnsentError('usage', {
    message: `--keep wants a whole number of days, not '${text}'`,
    hint: `Without it the log is kept for ${DEFAULT_KEEP_DAYS} days.`,
    exitCode: 2,
  });
}

/** Counted from the newest time that is covered, not from today: an old log may be imported at any time. */
async function forgetOld(log: SentLog, keepDays: number): Promise<number> {
  const { hosts, senders } = await log.status();
  const times = [
    ...hosts.flatMap(({ spans }) => spans.map(({ until }) => until.getTime())),
    ...senders.map(({ lastSeenAt }) => lastSeenAt.getTime()),
  ];
  if (times.length === 0) return 0;
  const newest = times.reduce((one, other) => Math.max(one, other));
  return (await log.prune(new Date(newest - keepDays * DAY_MS))).removed;
}

function report(shell: Shell, result: FileResult): void {
  const { file, lines, messages, added, unreadable, firstProblem, from, until } = result;
  if (shell.options.json) {
    const span = { from: from?.toISOString() ?? null, until: until?.toISOString() ?? null };
    shell.stdout.write(`${JSON.stringify({ file, lines, messages, added, unreadable, firstProblem, ...span })}\n`);
    return;
  }
  const name = file === '-' ? 'standard input' : escapeForTerminal(file);
  const time = from === null || until === null ? '' : `, from ${timeText(from)} to ${timeText(until)}`;
  if (!shell.options.quiet) {
    const fresh = messages > 0 && added === messages ? 'all' : formatCount(added);
    shell.stdout.write(`${name}: ${plural(messages, 'message')}, ${fresh} new${time}\n`);
  }
  if (unreadable > 0) hint(shell, `${name}: ${plural(unreadable, 'line')} could not be read; ${firstProblem}.`);
}

function hint(shell: Shell, text: string): void {
  shell.stderr.write(`unsent: ${text}\n`);
}

function timeText(at: Date): string {
  return `${at.toISOString().slice(0, 16).replace('T', ' ')} UTC`;
}

function nothingFound(results: readonly FileResult[], isDeclared: boolean): UnsentError {
  const lines = results.reduce((total, one) => total + one.lines, 0);
  const ours = isDeclared ? ' from a domain of yours' : '';
  return new UnsentError('log-without-mail', {
    message: `No sent mail${ours} was found in ${plural(lines, 'line')}.`,
    hint: 'Wanted are Postfix log lines (cleanup and qmgr), or JSON lines with messageId, from and date.',
  });
}
