import type { ExitCode } from '@unsent/dns';
import { stringify } from 'yaml';
import { type Config, makeConfig, readPlace } from '../config.ts';
import { escapeForTerminal } from '../output/escape.ts';
import { plural } from '../output/number.ts';
import type { Shell } from '../shell.ts';
import { parseConfig } from './parse.ts';
import { type ConfigPlace, configPlaces, statePlace } from './places.ts';
import { type ConfigProblem, renderProblem } from './problem.ts';
import { showConfig } from './show.ts';

/** `unsent config check [FILE]`: every problem of the file on a line of its own, exit code 2 when there is one. */
export async function runConfigCheck(shell: Shell, file: string | undefined): Promise<ExitCode> {
  const place = placeInForce(shell, file);
  if (place === null) return reportNoFile(shell);
  const parsed = parseConfig(place.text);
  if (parsed.kind === 'wrong') return reportProblems(shell, place.path, parsed.problems);
  const { domains } = makeConfig(place.path, parsed.tree, shell.env);
  const counts = [
    `${domains.unused.length} unused`,
    `${domains.receiving.length} receiving`,
    `${domains.sending.length} sending`,
  ].join(', ');
  if (shell.options.json) shell.stdout.write(`${JSON.stringify({ path: place.path, problems: [] })}\n`);
  else if (!shell.options.quiet) {
    shell.stdout.write(`${escapeForTerminal(place.path)}: ${shell.style.green('ok')} (domains: ${counts})\n`);
  }
  return 0;
}

/** `unsent config path`: the file in force, or, when there is none, where one may stand (exit code 1). */
export async function runConfigPath(shell: Shell): Promise<ExitCode> {
  const place = await placeInForce(shell, undefined);
  if (place === null) return reportNoFile(shell);
  shell.stdout.write(`${shell.options.json ? JSON.stringify({ path: place.path }) : place.path}\n`);
  return 0;
}

/** `unsent config show`: what is in force, defaults filled in; secrets appear as the place where they stand. */
export async function runConfigShow(shell: Shell): Promise<ExitCode> {
  const config: Config = await shell.config();
  const state = statePlace(shell.options.state, config, shell.env, shell.cwd);
  const shown = showConfig(config, state);
  if (shell.options.json) shell.stdout.write(`${JSON.stringify(shown, null, 2)}\n`);
  else shell.stdout.write(renderYaml(shown));
  return 0;
}

function renderYaml(value: unknown): string {
  return stringify(value, { lineWidth: 0 })
    .split('\n')
    .map((line) => escapeForTerminal(line))
    .join('\n');
}

function placeInForce(shell: Shell, file: string | undefined): { path: string; text: string } | null {
  for (const place of placesFor(shell, file)) {
    const text = readPlace(place);
    if (text !== null) return { path: place.path, text };
  }
  return null;
}

function placesFor(shell: Shell, file: string | undefined): readonly ConfigPlace[] {
  return configPlaces(file ?? shell.options.config, shell.env, shell.cwd);
}

function reportNoFile(shell: Shell): ExitCode {
  const places = placesFor(shell, undefined).map(({ path }) => path);
  shell.stderr.write(`unsent: there is no configuration file; looked for ${escapeForTerminal(places.join(' and '))}\n`);
  return 1;
}

function reportProblems(shell: Shell, path: string, problems: readonly ConfigProblem[]): ExitCode {
  if (shell.options.json) {
    const listed = problems.map(({ position, path: key, message }) => ({ ...position, key: key.join('.'), message }));
    shell.stdout.write(`${JSON.stringify({ path, problems: listed })}\n`);
    return 2;
  }
  for (const problem of problems) shell.stderr.write(`${escapeForTerminal(renderProblem(path, problem))}\n`);
  if (!shell.options.quiet) shell.stderr.write(`${plural(problems.length, 'problem')}\n`);
  return 2;
}
