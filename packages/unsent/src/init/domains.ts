import type { DomainName, Resolver } from '@unsent/dns';
import { joinTxt } from '@unsent/dns';
import { isSpfRecord, parseSpf } from '@unsent/spf';
import { gatherMx } from '../audit/gather-mx.ts';
import { bad, type Check, good } from '../doctor/check.ts';
import type { Answers } from './answers.ts';

/** What DNS shows of a domain. */
export type Sight = {
  readonly name: DomainName;
  /** `hosts`: mail to it arrives somewhere. Null when nothing could be looked up. */
  readonly mail: 'hosts' | 'nowhere' | null;
  /** Where it arrives. */
  readonly mxHosts: readonly DomainName[];
  /** Its SPF record, when that lets somebody send. */
  readonly sendersInSpf: string | null;
  readonly exists: boolean;
  /** Why nothing could be looked up. */
  readonly failure: string | null;
  /** Nobody answered at all: the next domain would wait in vain, too. */
  readonly isDnsDown: boolean;
};

/** The silent domains, sorted, and what was found on the way. */
export type Sorted = {
  readonly unused: readonly DomainName[];
  readonly receiving: readonly DomainName[];
  readonly checks: readonly Check[];
};

const ID = 'domain';

/** Looks a domain up: NS, MX and what is behind it, SPF. */
async function lookAtDomain(name: DomainName, resolver: Resolver): Promise<Sight> {
  const nothing = { name, mail: null, mxHosts: [], sendersInSpf: null, isDnsDown: false };
  const txt = await resolver.resolve(name, 'TXT');
  if (txt.kind === 'failure') {
    const isDnsDown = txt.cause === 'timeout' || txt.cause === 'unreachable';
    return { ...nothing, exists: true, failure: txt.detail, isDnsDown };
  }
  if (txt.kind === 'nxdomain') return { ...nothing, mail: 'nowhere', exists: false, failure: null };
  const { mx, failure } = await gatherMx(name, resolver);
  const spf = txt.kind === 'records' ? (txt.data.map(joinTxt).find((text) => isSpfRecord(text)) ?? null) : null;
  const mail = mx.kind === 'hosts' ? 'hosts' : mx.kind === 'unknown' ? null : 'nowhere';
  const sendersInSpf = spf !== null && letsSomebodySend(spf) ? spf : null;
  return {
    name,
    mail,
    mxHosts: mx.hosts.map((host) => host.name),
    sendersInSpf,
    exists: true,
    failure: mail === null ? (failure ?? 'the addresses of its MX') : null,
    isDnsDown: false,
  };
}

/** True for any record under which a host passes: `v=spf1 a ~all`, not `v=spf1 -all`. */
function letsSomebodySend(spf: string): boolean {
  const { redirect, directives } = parseSpf(spf).record;
  return redirect !== null || directives.some(({ qualifier }) => qualifier === '+');
}

/**
 * Sorts the domains that never send by what DNS shows: what gets mail is `receiving`. The answers `unused` and
 * `receiving` stand, with a warning where DNS shows something else.
 */
export async function sortDomains(
  answers: Pick<Answers, 'neverSend' | 'unused' | 'receiving'>,
  look: (name: DomainName) => Promise<Sight>,
): Promise<Sorted> {
  const [unused, receiving] = [[...answers.unused], [...answers.receiving]];
  const checks: Check[] = [];
  for (const name of answers.neverSend) {
    const sight = await look(name);
    const use = useBySight(sight);
    (use === 'unused' ? unused : receiving).push(name);
    checks.push(...saySight(sight, use));
  }
  for (const name of answers.unused) checks.push(...compare(await look(name), 'unused'));
  for (const name of answers.receiving) checks.push(...compare(await look(name), 'receiving'));
  return { unused, receiving, checks };
}

/** Where nothing can be seen, `receiving` is the careful guess: its mail goes on arriving. */
export function useBySight({ mail }: Sight): 'unused' | 'receiving' {
  return mail === 'nowhere' ? 'unused' : 'receiving';
}

/** What was seen of a domain that never sends, and what it is therefore taken for. */
export function saySight(sight: Sight, use: 'unused' | 'receiving'): readonly Check[] {
  const { name, mxHosts, failure, exists } = sight;
  if (failure !== null) {
    const what = `${name} cannot be looked up (${failure}): written as receiving, the careful guess.`;
    return [bad(ID, 'warning', what, 'Move it to `unused` if it gets no mail.')];
  }
  if (!exists) return [bad(ID, 'warning', `${name} does not exist in DNS.`, 'Is it spelt right?')];
  const found =
    use === 'receiving'
      ? good(ID, `${name} gets mail (MX ${mxHosts.join(', ')}), and sends none: receiving.`)
      : good(ID, `${name} gets no mail, and sends none: unused.`);
  return [found, ...saySenders(sight)];
}

/** Does it really never send? */
function saySenders({ name, sendersInSpf }: Sight): readonly Check[] {
  if (sendersInSpf === null) return [];
  const what = `The SPF record of ${name} lets hosts send: ${sendersInSpf}`;
  return [
    bad(ID, 'warning', what, 'If nobody does: unsent lockdown takes that back. If somebody does, it is `sending`.'),
  ];
}

function compare(sight: Sight, declared: 'unused' | 'receiving'): readonly Check[] {
  const { name, failure, exists, mxHosts, mail } = sight;
  if (failure !== null)
    return [bad(ID, 'warning', `${name} cannot be looked up (${failure}).`, 'Run unsent doctor later.')];
  if (!exists) return [bad(ID, 'warning', `${name} does not exist in DNS.`, 'Is it spelt right?')];
  if (declared === 'unused' && mail === 'hosts') {
    const what = `${name} is said to be unused, and gets mail (MX ${mxHosts.join(', ')}).`;
    return [bad(ID, 'warning', what, 'If somebody reads that, it is `receiving`.'), ...saySenders(sight)];
  }
  if (declared === 'receiving' && mail === 'nowhere') {
    const what = `${name} is said to receive, and has no MX that takes mail.`;
    return [bad(ID, 'warning', what, 'If nobody reads mail there, it is `unused`.'), ...saySenders(sight)];
  }
  return [good(ID, `${name}: ${declared}, as DNS shows it.`), ...saySenders(sight)];
}

/** Looks at each domain once; after one for which nobody answered, nobody is asked any more. */
export function onceEach(resolver: Resolver): (name: DomainName) => Promise<Sight> {
  const seen = new Map<DomainName, Sight>();
  let isDown: string | null = null;
  return async (name) => {
    const known = seen.get(name);
    if (known !== undefined) return known;
    const sight: Sight =
      isDown === null
        ? await lookAtDomain(name, resolver)
        : { name, mail: null, mxHosts: [], sendersInSpf: null, exists: true, failure: isDown, isDnsDown: true };
    if (sight.isDnsDown) isDown = sight.failure;
    seen.set(name, sight);
    return sight;
  };
}
