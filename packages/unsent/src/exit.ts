import { UnsentError } from '@unsent/dns';
import { escapeForTerminal } from './output/escape.ts';
import { errorFromSystem } from './output/file-error.ts';
import { makeStyle, wantsColor } from './output/style.ts';
import type { GlobalOptions, Surroundings } from './surroundings.ts';

const MAX_MESSAGE = 800;

/** Prints what went wrong to standard error and returns the exit code it asks for. */
export function printFailure(error: unknown, { stderr, env }: Surroundings, options: GlobalOptions): number {
  const style = makeStyle(wantsColor(options.color, env, stderr.isTerminal));
  const known = error instanceof UnsentError ? error : errorFromSystem(error);
  if (known === null) {
    stderr.write(`${style.red('unsent:')} this is a bug in unsent; please report it with the lines below\n`);
    stderr.write(stackOf(error));
    return 1;
  }
  stderr.write(`${style.red('unsent:')} ${oneLine(known.message)}\n`);
  if (known.hint !== null) stderr.write(`  ${oneLine(known.hint)}\n`);
  if (options.verbose) stderr.write(causesOf(known));
  return known.exitCode;
}

function oneLine(text: string): string {
  return escapeForTerminal(text, { maxLength: MAX_MESSAGE });
}

function stackOf(error: unknown): string {
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
  const lines = text.split('\n').slice(0, 20);
  return lines.map((line) => `  ${oneLine(line)}\n`).join('');
}

function causesOf(error: UnsentError): string {
  const lines = [`  code: ${error.code}`];
  for (let cause = error.cause; cause instanceof Error && lines.length < 6; cause = cause.cause) {
    lines.push(`  because: ${oneLine(cause.message)}`);
  }
  return `${lines.join('\n')}\n`;
}
