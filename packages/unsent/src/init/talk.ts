import { createInterface } from 'node:readline/promises';
import { UnsentError } from '@unsent/dns';
import type { Check } from '../doctor/check.ts';
import { renderCheck } from '../doctor/render.ts';
import { escapeForTerminal } from '../output/escape.ts';
import type { Shell } from '../shell.ts';

/** What a reader makes of an answer: a value, or what is wrong with it. */
export type Reading<T> = { readonly value: T } | { readonly problem: string };

/** A conversation on the terminal. Throws `init-ended` when the person has gone. */
export interface Talk {
  say(text: string): void;
  show(checks: readonly Check[]): void;
  /** Asks until `read` is content; nothing but Enter means `proposal`. */
  ask<T>(question: string, proposal: string, read: (answer: string) => Reading<T>): Promise<T>;
  agree(question: string, otherwise: boolean): Promise<boolean>;
  close(): void;
}

/**
 * Opens the conversation. The terminal stays as it is, line by line, so that Ctrl-C ends the command at any time, and
 * what was typed ahead counts.
 */
export function openTalk({ stdin, stdout, style }: Shell): Talk {
  const reader = createInterface({ input: stdin });
  const lines = reader[Symbol.asyncIterator]();
  const next = async (question: string): Promise<string> => {
    stdout.write(question);
    const { done, value } = await lines.next();
    if (done !== true) return String(value).trim();
    stdout.write('\n');
    throw new UnsentError('init-ended', {
      message: 'The answers ended before the last question; nothing was written.',
      exitCode: 3,
    });
  };
  const talk: Talk = {
    say: (text) => stdout.write(`${text}\n`),
    show: (checks) => {
      for (const check of checks) stdout.write(renderCheck(check, style, Math.min(stdout.columns, 100)));
    },
    async ask(question, proposal, read) {
      for (;;) {
        const shown = proposal === '' ? '' : ` ${style.dim(`[${escapeForTerminal(proposal)}]`)}`;
        const answer = (await next(`${style.bold(question)}${shown} `)) || proposal;
        const reading = read(answer);
        if ('value' in reading) return reading.value;
        stdout.write(`  ${style.red(escapeForTerminal(reading.problem))}\n`);
      }
    },
    async agree(question, otherwise) {
      for (;;) {
        const answer = (await next(`${style.bold(question)} ${otherwise ? '[Y/n]' : '[y/N]'} `)).toLowerCase();
        if (answer === '') return otherwise;
        if (/^(y|yes)$/.test(answer)) return true;
        if (/^(n|no)$/.test(answer)) return false;
        stdout.write('  Please answer y or n.\n');
      }
    },
    close: () => reader.close(),
  };
  return talk;
}
