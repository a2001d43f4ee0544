import { formatLogLine, type LogFields } from '@unsent/policyd';
import type { Output } from '../surroundings.ts';

export type LogFormat = 'text' | 'json';

/** Takes decisions and messages; writes them in batches, so that a log line costs no system call of its own. */
export interface LogSink {
  decision(fields: LogFields): void;
  message(text: string): void;
  /** Writes what is waiting. */
  flush(): void;
}

/** How long a line may wait for others: each write is a system call. */
const FLUSH_AFTER_MS = 25;
/** Enough for one write; what waits longer only takes memory. */
const FLUSH_AT_CHARACTERS = 65_536;

/** A sink that collects the lines of a moment and writes them together. */
export function createLogSink(write: (text: string) => void, format: LogFormat, now: () => Date): LogSink {
  let waiting = '';
  let timer: NodeJS.Timeout | null = null;
  const flush = (): void => {
    if (timer !== null) clearTimeout(timer);
    timer = null;
    if (waiting === '') return;
    const text = waiting;
    waiting = '';
    write(text);
  };
  const add = (line: string): void => {
    timer ??= setTimeout(flush, FLUSH_AFTER_MS);
    waiting += `${line}\n`;
    if (waiting.length > FLUSH_AT_CHARACTERS) flush();
  };
  return {
    decision: (fields) =>
      add(format === 'json' ? JSON.stringify({ time: now().toISOString(), ...fields }) : formatLogLine(fields)),
    message: (text) => {
      add(format === 'json' ? JSON.stringify({ time: now().toISOString(), message: text }) : text);
      flush();
    },
    flush,
  };
}

/** Says nothing: spawn(8) joins standard error to the socket, where a word would corrupt the protocol. */
export const SILENT_LOG: LogSink = { decision: () => {}, message: () => {}, flush: () => {} };

/** The sink on standard error, where systemd and a terminal read it. */
export function stderrSink(stderr: Output, format: LogFormat, now: () => Date): LogSink {
  return createLogSink((text) => stderr.write(text), format, now);
}
