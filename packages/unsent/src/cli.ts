import { Command, CommanderError } from 'commander';
import { auditCommand } from './commands/audit.ts';
import { configCommand } from './commands/config.ts';
import { doctorCommand } from './commands/doctor.ts';
import { explainCommand } from './commands/explain.ts';
import { initCommand } from './commands/init.ts';
import { journalCommand } from './commands/journal.ts';
import { lockdownCommand } from './commands/lockdown.ts';
import { policydCommand } from './commands/policyd.ts';
import { reportCommand } from './commands/report.ts';
import { scanCommand } from './commands/scan.ts';
import { sentlogCommand } from './commands/sentlog.ts';
import { spfCommand } from './commands/spf.ts';
import { stateCommand } from './commands/state.ts';
import { unlockCommand } from './commands/unlock.ts';
import { workerCommand } from './commands/work.ts';
import { HELP_AFTER } from './help.ts';
import { openShell, type RunInShell } from './shell.ts';
import type { GlobalOptions, Surroundings } from './surroundings.ts';

type CommandEntry = { readonly group: string; readonly name: string; readonly make: (run: RunInShell) => Command };

/** Every command, by the group it stands in in `unsent --help`. To add one, add its line. */
const COMMANDS: readonly CommandEntry[] = [
  { group: 'Find out:', name: 'scan', make: scanCommand },
  { group: 'Find out:', name: 'worker', make: workerCommand },
  { group: 'Find out:', name: 'report', make: reportCommand },
  { group: 'Find out:', name: 'audit', make: auditCommand },
  { group: 'Find out:', name: 'spf', make: spfCommand },
  { group: 'Find out:', name: 'explain', make: explainCommand },
  { group: 'Find out:', name: 'sentlog', make: sentlogCommand },
  { group: 'Lock down:', name: 'lockdown', make: lockdownCommand },
  { group: 'Lock down:', name: 'unlock', make: unlockCommand },
  { group: 'Lock down:', name: 'journal', make: journalCommand },
  { group: 'Refuse:', name: 'policyd', make: policydCommand },
  { group: 'Set up:', name: 'init', make: initCommand },
  { group: 'Set up:', name: 'config', make: configCommand },
  { group: 'Set up:', name: 'state', make: stateCommand },
  { group: 'Set up:', name: 'doctor', make: doctorCommand },
];

/** Runs one command line (without node and script) and resolves to the exit code. Never rejects. */
export async function runCli(
  args: readonly string[],
  surroundings: Surroundings,
  version: string,
  onOpen: (close: () => Promise<void>) => void = () => {},
): Promise<number> {
  let exitCode = 0;
  let isClosed = false;
  const program = makeProgram(version, surroundings);
  const run: RunInShell =
    (action) =>
    async (...actionArgs) => {
      const { shell, close } = openShell(globalOptions(program), surroundings, version);
      onOpen(async () => {
        isClosed = true;
        await close();
      });
      try {
        exitCode = await action(shell, ...actionArgs);
      } finally {
        await close();
      }
    };
  for (const { group, make } of commandsFor(args, program))
    program.addCommand(inherit(make(run).helpGroup(group), program));
  try {
    await program.parseAsync(args, { from: 'user' });
  } catch (error) {
    if (error instanceof CommanderError && error.exitCode === 0) return 0; // --help and --version have printed
    // An interrupted command has said what there is to say; the signal decides the exit code. What was closed under it fails.
    const { aborted: isInterrupted, reason } = surroundings.interrupts.signal;
    if (isInterrupted && (isClosed || error === reason)) return 1;
    // What only errors need is loaded only for them: `unsent --help` shall cost next to nothing.
    const { printFailure } = await import('./exit.ts');
    const { usageError } = await import('./usage.ts');
    const known = error instanceof CommanderError ? usageError(error, program, args) : error;
    return printFailure(known, surroundings, globalOptions(program));
  }
  return exitCode;
}

/** The command that is named, alone: the others with all their options take as long as many a command. Else all. */
function commandsFor(args: readonly string[], { options }: Command): readonly CommandEntry[] {
  const takesValue = (arg: string | undefined): boolean =>
    options.some(({ long, required }) => required && long === arg);
  let at = 0;
  while (args[at]?.startsWith('-') === true) at += takesValue(args[at]) ? 2 : 1;
  const named = COMMANDS.find(({ name }) => name === args[at]);
  return named === undefined ? COMMANDS : [named];
}

/**
 * Every command with its options and help, and no action: what man pages and completions are written from.
 * @public
 */
export function commandTree(version: string): Command {
  const silent = { write: () => {}, isTerminal: false, columns: 80 };
  const program = makeProgram(version, { stdout: silent, stderr: silent });
  for (const { group, make } of COMMANDS) {
    program.addCommand(inherit(make(() => () => Promise.resolve()).helpGroup(group), program));
  }
  return program;
}

function makeProgram(version: string, { stdout, stderr }: Pick<Surroundings, 'stdout' | 'stderr'>): Command {
  return new Command('unsent')
    .description('For the bounces of mail you never sent.')
    .version(version, '-V, --version', 'print the version')
    .helpOption('-h, --help', 'print this help')
    .helpCommand('help [command]', 'print the help of a command')
    .usage('[options] <command>')
    .option('--config <file>', 'configuration file')
    .option('--state <file>', 'database of what was seen and done')
    .option('--dns <server>', 'resolver to ask: HOST[:PORT], or zone:FILE to ask a zone file')
    .option('--json', 'print JSON for programs')
    .option('--quiet', 'print only what was asked for and errors')
    .option('--verbose', 'print more, and the causes of errors')
    .option('--no-color', 'print no colours')
    .configureOutput({
      writeOut: (text) => stdout.write(text),
      writeErr: (text) => stderr.write(text),
      getOutHelpWidth: () => Math.min(stdout.columns, 100),
      getErrHelpWidth: () => Math.min(stderr.columns, 100),
      getOutHasColors: () => false,
      getErrHasColors: () => false,
      outputError: () => {}, // printed by `printFailure`, like every other error
    })
    .configureHelp({ showGlobalOptions: true, subcommandTerm })
    .addHelpText('after', HELP_AFTER)
    .exitOverride();
}

/** Commands made apart from the program do not inherit how it prints and ends. */
function inherit(command: Command, parent: Command): Command {
  command.copyInheritedSettings(parent);
  for (const child of command.commands) inherit(child, command);
  return command;
}

function globalOptions(program: Command): GlobalOptions {
  const given = program.opts<Partial<GlobalOptions>>();
  return {
    config: given.config ?? null,
    state: given.state ?? null,
    dns: given.dns ?? null,
    json: given.json ?? false,
    quiet: given.quiet ?? false,
    verbose: given.verbose ?? false,
    color: given.color ?? true,
  };
}

/** `check [file]`: a list of commands needs no "[options]" at each. */
function subcommandTerm(command: Command): string {
  const args = command.registeredArguments.map((argument) => {
    const name = `${argument.name()}${argument.variadic ? '...' : ''}`;
    return argument.required ? `<${name}>` : `[${name}]`;
  });
  return [command.name(), ...args].join(' ');
}
