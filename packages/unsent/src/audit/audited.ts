import type { Assessment } from './assessment.ts';
import type { DomainFacts } from './facts.ts';

export type Audited = { readonly facts: DomainFacts; readonly assessment: Assessment };
