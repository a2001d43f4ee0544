import { splitWords } from './words.ts';

/** One step of a list such as smtpd_recipient_restrictions. */
export type Restriction = {
  readonly name: string;
  /** The table, service or list that it goes by; null when it takes none. */
  readonly argument: string | null;
  /** Behind warn_if_reject: it refuses nothing. */
  readonly isWarnOnly: boolean;
};

/** A list with its name, its classes put in their places. */
export type RestrictionList = { readonly name: string; readonly steps: readonly Restriction[] };

const TAKES_ARGUMENT =
  /^(check_(?!relay_domains$|recipient_maps$)|reject_rbl(_client)?$|reject_rhsbl_|permit_(dnswl|rhswl)_client$|sleep$)/;
const MAX_CLASS_DEPTH = 8;

/** True for a restriction whose next word is its table, service, list or time (postconf(5)). */
export function takesArgument(name: string): boolean {
  return TAKES_ARGUMENT.test(name.toLowerCase());
}

/** Reads a list; the names of `classes` are replaced by what they stand for (RESTRICTION_CLASS_README). */
export function parseRestrictions(text: string, classes: ReadonlyMap<string, string>): readonly Restriction[] {
  return stepsOf(text, classes, 0);
}

function stepsOf(text: string, classes: ReadonlyMap<string, string>, depth: number): readonly Restriction[] {
  const steps: Restriction[] = [];
  const words = splitWords(text);
  let isWarnOnly = false;
  for (let i = 0; i < words.length; i++) {
    const word = words[i] ?? '';
    const name = word.toLowerCase();
    if (name === 'warn_if_reject') {
      isWarnOnly = true;
      continue;
    }
    const inside = classes.get(word);
    if (inside !== undefined && depth < MAX_CLASS_DEPTH) {
      const of = stepsOf(inside, classes, depth + 1);
      steps.push(...(isWarnOnly ? of.map((step) => ({ ...step, isWarnOnly })) : of));
    } else if (takesArgument(name)) {
      steps.push({ name, argument: words[++i] ?? '', isWarnOnly });
    } else if (word.includes(':')) {
      steps.push({ name: 'check_access', argument: word, isWarnOnly }); // a table alone is looked up
    } else {
      steps.push({ name, argument: null, isWarnOnly });
    }
    isWarnOnly = false;
  }
  return steps;
}

/** What refuses relay attempts of strangers; Postfix demands one of them before it takes mail. */
const RELAY_GUARDS = new Set(['reject_unauth_destination', 'defer_unauth_destination', 'check_relay_domains']);
const REFUSALS = new Set(['reject', 'defer']);

/** What permits mail to a domain that this host takes mail for, whoever sends it (postconf(5)). */
export const OWN_MAIL_PERMITS: ReadonlySet<string> = new Set([
  'permit_auth_destination',
  'permit_mx_backup',
  'check_relay_domains',
]);

/** A stranger: not in mynetworks, not logged in, without a certificate. */
export type Stranger = {
  /** True when mynetworks holds the whole internet. */
  readonly isInNetworks: boolean;
  /** Does the recipient belong to another host? Then it is a relay attempt. */
  readonly isRelaying: boolean;
};

/** How a list ends for a stranger, and what was asked on the way there. */
export type Passage = {
  readonly end: 'permitted' | 'refused';
  /** What ended it; null is the end of the list, which permits. */
  readonly by: Restriction | null;
  /** defer_if_permit on the way: the later steps are looked at, but in the end nothing is taken (access(5)). */
  readonly deferredBy: Restriction | null;
  /** The steps that were looked at, the last included. */
  readonly passed: readonly Restriction[];
};

/** Walks a list as smtpd does, as far as the list alone tells; tables and services are taken to say DUNNO. */
export function walk({ steps }: RestrictionList, stranger: Stranger): Passage {
  let deferredBy: Restriction | null = null;
  for (const [index, step] of steps.entries()) {
    const passed = steps.slice(0, index + 1);
    if (permits(step, stranger)) return { end: 'permitted', by: step, deferredBy, passed };
    if (step.isWarnOnly) continue;
    if (refuses(step, stranger)) return { end: 'refused', by: step, deferredBy, passed };
    if (step.name === 'defer_if_permit') deferredBy ??= step;
  }
  return { end: 'permitted', by: null, deferredBy, passed: steps };
}

function permits({ name }: Restriction, { isInNetworks, isRelaying }: Stranger): boolean {
  if (name === 'permit' || (name === 'permit_mynetworks' && isInNetworks)) return true;
  return !isRelaying && OWN_MAIL_PERMITS.has(name);
}

function refuses({ name }: Restriction, { isRelaying }: Stranger): boolean {
  return REFUSALS.has(name) || (isRelaying && RELAY_GUARDS.has(name));
}

/** Steps of which only their table or service knows whether they permit: an OK of theirs ends the list. */
export function mayPermit({ name }: Restriction): boolean {
  return name.startsWith('check_') && name !== 'check_policy_service' && !name.endsWith('_relay_domains');
}
