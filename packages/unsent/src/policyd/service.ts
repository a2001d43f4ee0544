import type { Resolver } from '@unsent/dns';
import { createAnswerer, createInvestigator, logFields, type PolicyServerOptions, type Tally } from '@unsent/policyd';
import { createRecordCache } from '@unsent/spf';
import { clockOfTurns, systemClock } from './clock.ts';
import type { Knowledge } from './knowledge.ts';
import type { LogSink } from './log-sink.ts';
import { oncePerTurn } from './turn-now.ts';

/** What only the metrics tell; written by the daemon as it goes. */
export type Health = { storeTrouble: string | null; answers: number; answerSeconds: number; isStopping: boolean };

/** A healthy daemon that has answered nothing yet. */
export function newHealth(): Health {
  return { storeTrouble: null, answers: 0, answerSeconds: 0, isStopping: false };
}

/** What requests are answered from, and who hears of the answers. */
export type ServiceParts = {
  readonly resolver: Resolver;
  readonly knowledge: Knowledge;
  readonly tally: Tally;
  readonly log: LogSink;
  readonly health: Health;
  readonly now: () => Date;
  readonly mayConnect: (address: string | null) => boolean;
  /** Parsed records kept between checks. Default 8,192: more than a busy day repeats, and to parse one takes microseconds. */
  readonly recordCacheEntries?: number;
};

const RECORD_CACHE_ENTRIES = 8_192;
const PRIVATE_CLIENT_WARNING =
  'warning: a client in a private network failed SPF, and is not refused for it. If all clients look like this one, ' +
  'Postfix stands behind NAT or a container bridge and does not see who connects (said once)';

/** Puts the daemon's service together, with memories of its own. */
export function serviceOf({
  resolver,
  knowledge,
  tally,
  log,
  health,
  now: exactNow,
  mayConnect,
  recordCacheEntries = RECORD_CACHE_ENTRIES,
}: ServiceParts): PolicyServerOptions {
  const now = oncePerTurn(exactNow);
  let hasWarned = false;
  const recordCache = createRecordCache(recordCacheEntries);
  const investigator = createInvestigator({ resolver, recordCache, clock: clockOfTurns(), now });
  return {
    answer: createAnswerer({ investigator, policy: knowledge.policy, own: knowledge.own, now }),
    clock: systemClock.now,
    mayConnect,
    events: {
      onDecision: (request, decision, ms) => {
        tally.add(decision, now());
        health.answers += 1;
        health.answerSeconds += ms / 1000;
        log.decision(logFields(request, decision, ms));
        if (decision.rule !== 'private-client' || hasWarned) return;
        hasWarned = true;
        log.message(PRIVATE_CLIENT_WARNING);
      },
      onMalformed: (why) => log.message(`closed a connection: ${why}`),
    },
  };
}
