import { createInterface } from 'node:readline/promises';
import type { Shell } from '../shell.ts';

/** True if there is a person who can be asked. */
export function canAsk(shell: Shell): boolean {
  return shell.stdin.isTTY === true && shell.stdout.isTerminal && !shell.options.json;
}

/** Asks and waits for an answer. Only `y` and `yes` agree; the end of input and a signal do not. */
export async function ask(shell: Shell, question: string): Promise<boolean> {
  shell.stdout.write(question);
  const lines = createInterface({ input: shell.stdin });
  try {
    for await (const line of lines) return /^y(es)?$/i.test(line.trim());
    return false;
  } finally {
    lines.close();
  }
}
