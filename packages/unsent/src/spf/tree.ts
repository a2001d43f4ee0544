import type { ExitCode } from '@unsent/dns';
import { type LookupTree, lookupTree } from '@unsent/spf';
import type { Shell } from '../shell.ts';
import { readDomain } from './input.ts';
import { renderTree } from './render-tree.ts';

/** `unsent spf tree`: what receivers must look up, term by term. */
export async function runSpfTree(shell: Shell, domains: readonly string[]): Promise<ExitCode> {
  const names = domains.map((domain) => readDomain(domain));
  const resolver = await shell.resolver();
  const trees: LookupTree[] = [];
  for (const name of names) trees.push(await lookupTree(name, resolver, shell.signal));
  const look = { style: shell.style, width: shell.stdout.isTerminal ? shell.stdout.columns : null };
  if (shell.options.json) shell.stdout.write(`${JSON.stringify({ trees }, null, 2)}\n`);
  else shell.stdout.write(trees.map((tree) => renderTree(tree, look)).join('\n'));
  return 0;
}
