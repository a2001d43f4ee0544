import type { OwnDomains, Policy } from '@unsent/policyd';
import type { Config } from '../config.ts';
import { neverSendingDomains } from './own-domains.ts';
import { policyFrom } from './policy-from.ts';
import type { LockedName } from './store-protocol.ts';

/** What the daemon decides by. It can be replaced between two requests. */
export interface Knowledge {
  policy(): Policy;
  own(): OwnDomains;
  useConfig(config: Config): void;
  useLocked(locked: readonly LockedName[]): void;
}

/** Knows what the configuration says; `hostname` is what we call ourselves in headers. */
export function knowledgeOf(first: Config, hostname: string): Knowledge {
  let config = first;
  let locked: readonly LockedName[] = [];
  let policy = policyFrom(config.policy, hostname);
  let own = neverSendingDomains(config.domains, locked, config.policy.graceDays);
  const refreshOwn = (): void => {
    own = neverSendingDomains(config.domains, locked, config.policy.graceDays);
  };
  return {
    policy: () => policy,
    own: () => own,
    useConfig: (next) => {
      const nextPolicy = policyFrom(next.policy, hostname);
      config = next;
      policy = nextPolicy;
      refreshOwn();
    },
    useLocked: (next) => {
      locked = next;
      refreshOwn();
    },
  };
}
