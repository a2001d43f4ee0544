import type { Directive, SpfRecord } from './ast.ts';

/**
 * The record's directives with those of a local policy after the last passing one, so before `-all` or the default.
 *
 * That is where pyspf and libspf2 put it. A record that lets nobody pass (`v=spf1 -all`) is left alone: its owner
 * says that there is no mail, and no list of forwarders makes it true.
 */
export function withLocalPolicy(record: SpfRecord, policy: SpfRecord): readonly Directive[] {
  const { directives } = record;
  if (directives.length === 0) return policy.directives;
  const lastPassing = directives.findLastIndex(
    ({ qualifier, mechanism }) => qualifier === '+' && mechanism.name !== 'all',
  );
  if (lastPassing === -1) return directives;
  return [...directives.slice(0, lastPassing + 1), ...policy.directives, ...directives.slice(lastPassing + 1)];
}
