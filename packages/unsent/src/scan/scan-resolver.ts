import { cachedResolver, type Resolver } from '@unsent/dns';
import type { Shell } from '../shell.ts';
import { withoutWaitingForTheDead } from './outage.ts';

/**
 * The resolver of a scan: a dead one is told on standard error and not waited for. What is known goes on being
 * answered meanwhile, because the cache stands in front.
 */
export async function scanResolver(shell: Shell): Promise<Resolver> {
  const onOutage = (unanswered: number): void => {
    const text = `DNS does not answer (${unanswered} questions in a row): what takes SPF or DKIM to tell is unknown`;
    const hint = 'It is tried again every 10 s. What was judged meanwhile can be judged anew, with --again.';
    shell.stderr.write(`unsent: ${text}\n  ${hint}\n`);
  };
  const patient = withoutWaitingForTheDead(await shell.resolver(), { clock: () => performance.now(), onOutage });
  return cachedResolver(patient, { now: () => Date.now(), failureTtlSeconds: 0 });
}
