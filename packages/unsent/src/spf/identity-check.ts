import type { LaxOutcome, SpfOutcome, SpfQuery, SpfSubject } from '@unsent/spf';

/** One identity, what came of it, and the lax reading of a record that cannot be used. */
export type IdentityCheck = SpfSubject & {
  readonly query: SpfQuery;
  readonly outcome: SpfOutcome;
  readonly lax: LaxOutcome | null;
};
