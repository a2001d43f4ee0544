import { existsSync } from 'node:fs';
import { configPlaces, statePlace } from '../config/places.ts';
import { escapeForTerminal } from '../output/escape.ts';
import type { Shell } from '../shell.ts';
import type { ScanSummary } from './summary.ts';

/**
 * True on the first try of a newcomer: no configuration, no database, none asked for. Nothing is remembered then,
 * because a verdict that was given while nobody had said which domains are ours is worth nothing later.
 */
export async function isFirstTry(shell: Shell): Promise<boolean> {
  const config = await shell.config();
  if (config.path !== null || shell.options.state !== null) return false;
  return !existsSync(statePlace(null, config, shell.env, shell.cwd));
}

/** What to write into which file, so that bounces can be judged, and what asks for it where there is no file yet. */
export async function renderFirstSteps(shell: Shell, summary: ScanSummary, isForgotten: boolean): Promise<string> {
  const hasFile = (await shell.config()).path !== null;
  const init = hasFile
    ? ''
    : `  ${shell.style.cyan('unsent init')} asks for it, checks each answer and writes the file.\n`;
  const seen = summary.domains.filter(({ bounces }) => bounces > 0).flatMap(({ domain }) => domain ?? []);
  const [first = null, second = 'example.com'] = [...seen].sort(
    (a, b) => bouncesOf(summary, b) - bouncesOf(summary, a),
  );
  const { bold, cyan, dim } = shell.style;
  if (first === null)
    return hasFile ? '' : `\n${bold('What to do')}\n  Say which domains are yours: ${init.trimStart()}`;
  const file = configPlaces(shell.options.config, shell.env, shell.cwd).at(-1)?.path ?? 'unsent.yaml';
  const line = (yaml: string, comment: string): string => `      ${cyan(yaml.padEnd(44))}  ${dim(`# ${comment}`)}\n`;
  return [
    `\n${bold('What to do')}\n`,
    '  Say which of these domains are yours and which of them never send, and every bounce can be\n',
    `  judged. ${isForgotten ? 'Nothing was remembered yet.' : 'Then scan with --again.'}\n`,
    init,
    `  ${init === '' ? 'For example, in' : 'By hand, for example, in'} ${escapeForTerminal(file)}:\n\n`,
    `      ${cyan('domains:')}\n`,
    line(`  unused: [${first}]`, 'neither send nor receive'),
    line('  receiving: []', 'receive, and never send'),
    `      ${cyan('  sending:')}\n`,
    line(`    ${second}: {outbound: [192.0.2.25]}`, 'send, and from where'),
  ].join('');
}

function bouncesOf(summary: ScanSummary, domain: string): number {
  return summary.domains.find((one) => one.domain === domain)?.bounces ?? 0;
}
