import { formatLogLine, type LogFields } from '@unsent/policyd';
import type { Output } from '../shell.ts';

export type LogFormat = 'text' | 'json';

/** Takes decisions and messages; writes them in batches, so that a log line costs no system call of its own. */
export interface LogSink {
  decision(fields: LogFields): void;
  message(text: string): void;
  /** Writes what is waiting. */
  flush(): void;
}

/** A sink that collects the lines of one turn of the event loop and writes them at its end. */
export function createLogSink(write: (text: string) => void, format: LogFormat, now: () => Date): LogSink {
  let waiting = '';
  const flush = (): void => {
    if (waiting === '') return;
    const text = waiting;
    waiting = '';
    write(text);
  };
  const add = (line: string): void => {
    if (waiting === '') setImmediate(flush);
    waiting += `${line}\n`;
  };
  return {
    decision: (fields) =>
      add(format === 'json' ? JSON.stringify({ time: now().toISOString(), ...fields }) : formatLogLine(fields)),
    message: (text) => add(format === 'json' ? JSON.stringify({ time: now().toISOString(), message: text }) : text),
    flush,
  };
}

/** Says nothing: spawn(8) joins standard error to the socket, where a word would corrupt the protocol. */
export const SILENT_LOG: LogSink = { decision: () => {}, message: () => {}, flush: () => {} };

/** The sink on standard error, where systemd and a terminal read it. */
export function stderrSink(stderr: Output, format: LogFormat, now: () => Date): LogSink {
  return createLogSink((text) => stderr.write(text), format, now);
}
