import { UnsentError } from '@unsent/dns';
import type { Command, CommanderError } from 'commander';

/** Commander's complaint on one line, `unknown command 'scna' (Did you mean scan?)`, and where to look. */
export function usageError(error: CommanderError, program: Command, args: readonly string[]): UnsentError {
  const message = error.message.replace(/^error: /, '').replaceAll('\n', ' ');
  const command = program.commands.find((one) => args.includes(one.name()));
  return new UnsentError('usage', {
    message: message === '(outputHelp)' ? 'no command given' : message,
    hint: `Run unsent ${command === undefined ? '' : `${command.name()} `}--help to see what there is.`,
    exitCode: 2,
    cause: error,
  });
}
