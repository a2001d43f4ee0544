import { bad, type Check, good } from '../check.ts';
import { parsePolicyTarget } from './policy-service.ts';
import { mayPermit, type Restriction, type RestrictionList, walk } from './restrictions.ts';
import { type Placed, type Smtpd, wayOf } from './smtpd.ts';

/** Tells our check_policy_service from everything else. */
export type IsOurs = (step: Restriction) => boolean;

/** Is the service asked by this smtpd, and at the right place? */
export function checkOrder(smtpd: Smtpd, isOurs: IsOurs): readonly Check[] {
  const found = (placed: Placed): boolean => isOurs(placed.step);
  const way = wayOf(smtpd, false);
  const asked = way.passed.find((placed) => found(placed) && !placed.step.isWarnOnly) ?? way.passed.find(found);
  if (asked === undefined) return [checkNotAsked(smtpd, isOurs, way.refusedBy)];
  const where = `${asked.list} (${smtpd.parameter(asked.list).place})`;
  const called = checkCalled(`${smtpd.name} asks ${endpointOf(asked.step)} in ${where}`, asked.step);
  if (!wayOf(smtpd, true).passed.some(found)) {
    return [called, good('policy-order', `${smtpd.name} asks after relay attempts are refused.`)];
  }
  return [
    called,
    bad(
      'policy-order',
      'warning',
      `${smtpd.name} asks in ${asked.list} before relay attempts are refused: they are checked for nothing. ` +
        'It opens no relay, since unsent never answers OK.',
      'Put check_policy_service into smtpd_recipient_restrictions, after reject_unauth_destination.',
    ),
  ];
}

function checkCalled(what: string, { isWarnOnly }: Restriction): Check {
  const id = 'policy-called';
  if (!isWarnOnly) return good(id, `${what}.`);
  return bad(
    id,
    'warning',
    `${what}, behind warn_if_reject: what it refuses is taken.`,
    'Remove warn_if_reject there.',
  );
}

/** Why no stranger's mail gets to the service. */
function checkNotAsked(smtpd: Smtpd, isOurs: IsOurs, refusedBy: Placed | null): Check {
  const { name } = smtpd;
  const id = 'policy-called';
  const todo = 'Put it after reject_unauth_destination, before any bare permit or reject; see the lines below.';
  const behind = smtpd.lists.find(({ steps }) => steps.some(isOurs));
  if (behind !== undefined) {
    return bad(id, 'failure', `${name} has the policy service in ${behind.name}, but never gets there.`, todo);
  }
  const later = smtpd.laterLists.find(({ steps }) => steps.some(isOurs));
  if (later !== undefined) {
    const what = `${name} asks in ${later.name}: too late to refuse single recipients, and bounces to several.`;
    return bad(id, 'warning', what, 'Ask in smtpd_recipient_restrictions.');
  }
  if (refusedBy !== null) {
    return good(id, `${name} does not ask, and need not: ${refusedBy.list} takes no mail of strangers.`);
  }
  const holder = classFromTable(smtpd, isOurs);
  if (holder !== null) {
    const what = `${name} asks in the class ${holder}, for what an access table gives to it; for what, is not seen here.`;
    return bad(id, 'warning', what, 'Ask in smtpd_recipient_restrictions, unless only some are to be checked.');
  }
  if (smtpd.isLoopback) return good(id, `${name} does not ask, and need not: only this host reaches it.`);
  return bad(id, 'failure', `${name} takes mail of strangers and does not ask the policy service.`, todo);
}

/** The restriction class with the service in it, where a table can return it. */
function classFromTable({ lists, classes }: Smtpd, isOurs: IsOurs): string | null {
  if (!lists.some(({ steps }) => steps.some(mayPermit))) return null;
  return classes.find(({ steps }) => steps.some(isOurs))?.name ?? null;
}

/** Can a stranger send through this host? */
export function checkRelay(smtpd: Smtpd): Check {
  const id = 'relay';
  const { name, isLoopback, trustsEverybody } = smtpd;
  if (wayOf(smtpd, true).refusedBy === null) {
    const reasons = smtpd.lists.slice(-2).map((list) => `${list.name} ${permittedBy(list, trustsEverybody)}`);
    return bad(
      id,
      isLoopback ? 'warning' : 'failure',
      `${name} is an open relay${isLoopback ? ' for this host' : ''}: ${reasons.join('; ')}.`,
      'Add reject_unauth_destination to smtpd_relay_restrictions, before any permit.',
    );
  }
  const doubtful = smtpd.lists.some((list) => isGuarded(list, trustsEverybody)) ? null : firstDoubt(smtpd);
  if (doubtful === null) return good(id, `${name} relays for nobody who may not.`);
  return bad(
    id,
    'warning',
    `${name} relays for whoever gets an OK from ${doubtful.step.argument ?? doubtful.step.name} in ${doubtful.list}, ` +
      'which stands before reject_unauth_destination.',
    'Put reject_unauth_destination first in smtpd_relay_restrictions.',
  );
}

/** True when the list refuses relay attempts whatever its tables say. */
function isGuarded(list: RestrictionList, isInNetworks: boolean): boolean {
  const { end, passed } = walk(list, { isInNetworks, isRelaying: true });
  return end === 'refused' && !passed.some(mayPermit);
}

function firstDoubt({ lists }: Smtpd): Placed | null {
  for (const list of lists.slice(-2)) {
    const step = list.steps.find(mayPermit);
    if (step !== undefined) return { list: list.name, step };
  }
  return null;
}

function permittedBy(list: RestrictionList, isInNetworks: boolean): string {
  const { by } = walk(list, { isInNetworks, isRelaying: true });
  if (by === null) return list.steps.length === 0 ? 'is empty' : 'ends without reject_unauth_destination';
  return by.name === 'permit_mynetworks'
    ? 'permits mynetworks, which holds everybody'
    : `permits everybody (${by.name})`;
}

function endpointOf({ argument }: Restriction): string {
  return parsePolicyTarget(argument ?? '').endpoint;
}
