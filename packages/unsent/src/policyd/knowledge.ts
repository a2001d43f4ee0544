import { addressKey, type OwnDomains, type Policy, type PolicyRequest } from '@unsent/policyd';
import type { Config } from '../config.ts';
import { lockedList } from './locked-list.ts';
import { neverSendingDomains } from './own-domains.ts';
import { policyFrom } from './policy-from.ts';
import { recipientEntry, withOverrides } from './recipients.ts';
import type { LockedUpdate } from './store-protocol.ts';

/** What the daemon decides by. It can be replaced between two requests. */
export interface Knowledge {
  /** The policy for the request's recipient; for everybody's while none is known. */
  policy(request: Pick<PolicyRequest, 'recipient'>): Policy;
  own(): OwnDomains;
  useConfig(config: Config): void;
  useLocked(update: LockedUpdate): void;
}

/** Knows what the configuration says; `hostname` is what we call ourselves in headers. */
export function knowledgeOf(first: Config, hostname: string): Knowledge {
  let config = first;
  const locked = lockedList();
  let policies = policiesFrom(config, hostname);
  let own = neverSendingDomains(config.domains, locked.lockedAt, config.policy.graceDays);
  const refreshOwn = (): void => {
    own = neverSendingDomains(config.domains, locked.lockedAt, config.policy.graceDays);
  };
  return {
    policy: ({ recipient }) => {
      const { everybodys, recipients } = policies;
      return recipients.size === 0 ? everybodys : (recipientEntry(recipients, recipient) ?? everybodys);
    },
    own: () => own,
    useConfig: (next) => {
      const nextPolicies = policiesFrom(next, hostname);
      config = next;
      policies = nextPolicies;
      refreshOwn();
    },
    useLocked: locked.update,
  };
}

type Policies = { readonly everybodys: Policy; readonly recipients: ReadonlyMap<string, Policy> };

/** All policies of a configuration, made once so that a request costs a look-up. */
function policiesFrom({ policy }: Config, hostname: string): Policies {
  const recipients = Object.entries(policy.recipients).flatMap(([name, own]) =>
    own === null || own === undefined
      ? []
      : [[addressKey(name), policyFrom(withOverrides(policy, own), hostname)] as const],
  );
  return { everybodys: policyFrom(policy, hostname), recipients: new Map(recipients) };
}
