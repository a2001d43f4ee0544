import { type DomainName, parseIp, UnsentError } from '@unsent/dns';
import type { Aim, Desired, DesiredContext } from './aim.ts';
import type { PlanNote } from './change.ts';
import { below, cutAbove, recordsAt, whatCuts, whyBlocked, type ZoneFacts } from './facts.ts';
import { SPF_NOBODY } from './kinds.ts';
import { isType, txtOf, type WantedRecord } from './zone.ts';

const LOOPBACK = '127.0.0.1';

/** MX at the apex (loopback or null) and, for null, at `*`. */
export function desiredMx(context: DesiredContext): Desired {
  const { facts, options } = context;
  if (!options.parts.has('mx')) return { aims: [], notes: [] };
  if (options.keepsMx) return { aims: [], notes: [keptNote(facts.zone)] };
  const choice = resolveChoice(context);
  const apex = choice === 'null' ? nullMxAims(context) : loopbackAims(context);
  const star = wildcardMx(context, choice);
  const notes = [choiceNote(choice, context), ...(choice === 'loopback' ? sameSiteNotes(facts) : []), ...star.notes];
  return { aims: [...apex, ...star.aims], notes };
}

/**
 * A free name for the loopback host: `loopback`, `loopback1`, …
 *
 * A name counts as free when nothing stands at or below it, or when it is such a host already.
 */
export function loopbackName(facts: ZoneFacts): DomainName {
  for (let i = 0; ; i++) {
    const name = below(`loopback${i === 0 ? '' : i}`, facts.zone);
    if (isFree(facts, name) || isLoopbackHost(facts, name)) return name;
  }
}

function isFree(facts: ZoneFacts, name: DomainName): boolean {
  for (const other of facts.names.keys()) if (other === name || other.endsWith(`.${name}`)) return false;
  return true;
}

/** Ours has the one address, and nothing but texts beside it; or it lost the address when an unlock was cut short. */
function isLoopbackHost(facts: ZoneFacts, name: DomainName): boolean {
  const texts = recordsAt(facts, name).filter((record) => record.type !== 'A');
  const addresses = recordsAt(facts, name, 'A');
  if (texts.some((record) => record.type !== 'TXT')) return false;
  if (addresses.length === 0) return texts.length > 0 && texts.every((record) => txtOf(record) === SPF_NOBODY);
  return addresses.length === 1 && addresses.every((record) => isType(record, 'A') && record.data === LOOPBACK);
}

/**
 * What the MX will be. `auto` takes the null MX wherever the provider can store it (RFC 7505), and so does `loopback`
 * below whose apex no host can stand. Throws 'null-mx-unsupported' where only the null MX is left and cannot be stored.
 */
export function resolveChoice({ options: { mx }, capabilities, facts }: DesiredContext): 'loopback' | 'null' {
  const blocked = whyNoLoopback(facts);
  if (mx !== 'null' && blocked === null) return mx === 'auto' && capabilities.nullMx ? 'null' : 'loopback';
  if (capabilities.nullMx) return 'null';
  throw new UnsentError('null-mx-unsupported', {
    message: `The provider of ${facts.zone} cannot store a null MX${blocked === null ? '' : `, and ${blocked}`}.`,
    hint:
      blocked === null
        ? 'Use --mx loopback, or --mx auto to take the null MX only where it can be stored.'
        : 'Take the DNAME away first, or use --skip mx and leave the MX records as they are.',
    exitCode: 2,
  });
}

/** Why no loopback host can stand in the zone; null where one can. */
function whyNoLoopback(facts: ZoneFacts): string | null {
  const cut = cutAbove(facts, loopbackName(facts));
  return cut === null ? null : `${whatCuts(cut)}, below which no loopback host can stand (RFC 6672 §2.4)`;
}

function nullMxAims(context: DesiredContext): readonly Aim[] {
  const { facts, wanted } = context;
  const record = wanted({ name: facts.zone, type: 'MX', data: { preference: 0, exchange: '.' } });
  const why = 'no mail is accepted (RFC 7505)';
  // RFC 7505 §3: a null MX stands alone, so the aim owns every MX record of the name.
  return [{ name: facts.zone, type: 'MX', owns: 'all', wanted: [record], why }];
}

function loopbackAims(context: DesiredContext): readonly Aim[] {
  const { facts, wanted } = context;
  const host = loopbackName(facts);
  const ip = parseIp(LOOPBACK);
  if (ip === null) throw new Error('unreachable: 127.0.0.1 is an address');
  const mx = wanted({ name: facts.zone, type: 'MX', data: { preference: 0, exchange: host } });
  const address = wanted({ name: host, type: 'A', data: ip.text });
  return [
    {
      name: facts.zone,
      type: 'MX',
      owns: 'all',
      wanted: [mx],
      why: 'bounces to this domain end where they began: every host is its own 127.0.0.1',
    },
    // An MX names a host, never an address (RFC 1035 §3.3.9), and never a CNAME (RFC 2181 §10.3).
    { name: host, type: 'A', owns: 'all', wanted: [address], why: 'the host that the MX names' },
  ];
}

/**
 * A loopback MX at `*` would turn names that receivers reject today (no MX, no address) into accepted senders, so
 * there it is `0 .` or nothing.
 */
function wildcardMx(context: DesiredContext, choice: 'loopback' | 'null'): Desired {
  const { facts, options, wanted } = context;
  const star = below('*', facts.zone);
  const existing = recordsAt(facts, star, 'MX');
  if (!options.parts.has('wildcard') || (choice === 'loopback' && existing.length === 0))
    return { aims: [], notes: [] };
  // Why nothing can stand there is said once, where the SPF record at `*` is decided.
  if (whyBlocked(facts, star, options.replaceCnamesAt) !== null) return { aims: [], notes: [] };
  const record: WantedRecord[] =
    choice === 'null' ? [wanted({ name: star, type: 'MX', data: { preference: 0, exchange: '.' } })] : [];
  const why = choice === 'null' ? 'no name below accepts mail (RFC 7505)' : 'no name below receives mail';
  return { aims: [{ name: star, type: 'MX', owns: 'all', wanted: record, why }], notes: [] };
}

function keptNote(zone: DomainName): PlanNote {
  return { code: 'declared', message: `${zone} is declared as receiving: its MX records stay as they are.` };
}

function choiceNote(choice: 'loopback' | 'null', { capabilities, facts }: DesiredContext): PlanNote {
  const blocked = whyNoLoopback(facts);
  if (blocked !== null) {
    const message = `Null MX: ${blocked}. Postfix 3 and others refuse the forged mail at once.`;
    return { code: 'mx-choice', message };
  }
  const other = capabilities.nullMx ? '' : ' (this provider cannot store it)';
  const message =
    choice === 'loopback'
      ? `MX to loopback: bounces loop back at the host that sends them. --mx null${other}: Postfix 3 and others also refuse the forged mail itself.`
      : 'Null MX: Postfix 3 and others refuse the forged mail at once. --mx loopback: works with servers older than RFC 7505 too, but forged mail is still accepted.';
  return { code: 'mx-choice', message };
}

/** Cookies set for the whole domain would be sent to whatever listens on a visitor's own machine. */
function sameSiteNotes(facts: ZoneFacts): readonly PlanNote[] {
  const web = [facts.zone, below('www', facts.zone)].find((name) =>
    recordsAt(facts, name).some(({ type }) => type === 'A' || type === 'AAAA' || type === 'CNAME' || type === 'HTTPS'),
  );
  if (web === undefined) return [];
  const host = loopbackName(facts);
  return [
    {
      code: 'same-site',
      message: `${host} shares the site (and cookies) of ${web} with the visitor's own machine. If a live website is there, prefer --mx null.`,
    },
  ];
}
