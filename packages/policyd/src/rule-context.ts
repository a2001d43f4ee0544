import type { OwnDomains } from './own-domains.ts';
import type { Policy } from './policy.ts';

/** What the rules go by besides the answers: all of it at hand, nothing of it asked for. */
export type RuleContext = {
  readonly policy: Policy;
  readonly own: OwnDomains;
  readonly now: Date;
  /** False once a recipient of this message was answered: a header is added once a message. */
  readonly isFirstRecipient: boolean;
};
