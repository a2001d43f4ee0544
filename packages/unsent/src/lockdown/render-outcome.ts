import { UnsentError } from '@unsent/dns';
import {
  type ApplyOutcome,
  type ChangePlan,
  cachesFollowWithinSeconds,
  type JournalKind,
  type Mismatch,
  type ServerReport,
  type Verification,
} from '@unsent/lockdown';
import { escapeForTerminal } from '../output/escape.ts';
import { plural } from '../output/number.ts';
import type { Style } from '../output/style.ts';
import { NO_ADDRESS } from './servers.ts';

const MAX_MISMATCHES = 5;
const ASK_BY_ADDRESS = '    --authoritative ADDRESS[:PORT] asks a server whose name cannot be looked up from here.\n';

/** What became of a write, with the journal's id and what to do next. */
export function renderOutcome(
  outcome: ApplyOutcome,
  plan: ChangePlan,
  { kind, isKept }: { readonly kind: JournalKind; readonly isKept: boolean },
  style: Style,
): string {
  const good = style.green('✓');
  const bad = style.red('✗');
  const again = `unsent ${kind === 'spf' ? 'spf publish' : kind} ${plan.zone}`;
  switch (outcome.kind) {
    case 'nothing-to-do':
      return '';
    case 'refused':
      return outcome.refusals
        .map(({ message, hint }) => `  ${bad} nothing was written: ${message}${hint === null ? '' : `\n    ${hint}`}\n`)
        .join('');
    case 'applied': {
      const lost = outcome.lostReply ? ' (the reply was lost; the zone was read again)' : '';
      if (!isKept) return `  ${good} written            in memory only: nothing of it is kept\n`;
      if (kind === 'unlock') return `  ${good} restored           journal ${outcome.entry}${lost}\n`;
      return `  ${good} written            journal ${outcome.entry}, undo with: unsent unlock ${plan.zone}${lost}\n`;
    }
    case 'not-applied':
      return `  ${bad} not applied: the zone is as it was (journal ${outcome.entry})\n${because(outcome.cause)}`;
    case 'partly': {
      const { done, open } = outcome.progress;
      const share = `${done.length} of ${plural(done.length + open.length, 'change')}`;
      return `  ${bad} partly applied: ${share} (journal ${outcome.entry})\n${because(outcome.cause)}    Go on with ${again}, or take it back with unsent unlock ${plan.zone}.\n`;
    }
    case 'unknown':
      return `  ${bad} unclear: the reply was lost, and the zone could not be read again (journal ${outcome.entry})\n${because(outcome.cause)}    When it can be reached, ${again} finds out and goes on.\n`;
  }
}

/** Which servers answer as planned, what the others say, and how long caches may keep the past. */
export function renderVerification(
  { servers, isVerified, notAsked }: Verification,
  plan: ChangePlan,
  { hasWaited, refreshSeconds }: { readonly hasWaited: boolean; readonly refreshSeconds: number | null },
  style: Style,
): string {
  if (servers.length === 0) {
    return `  ${style.red('✗')} not verified: no authoritative server of ${plan.zone} could be found\n${ASK_BY_ADDRESS}`;
  }
  const right = servers.filter(({ isAsPlanned }) => isAsPlanned).length;
  const caches = cachesFollowWithinSeconds(plan);
  const tail = caches === null ? '' : `; caches follow within ${caches} s`;
  const skipped = notAsked.length === 0 ? '' : `    not asked over DNS: ${notAsked.join(', ')}\n`;
  const mark = isVerified ? style.green('✓') : style.red('✗');
  const verb = right === 1 ? 'answers' : 'answer';
  const head = `  ${mark} ${right} of ${servers.length} authoritative servers ${verb} as planned${tail}\n${skipped}`;
  if (isVerified) return head;
  const lagging = servers.filter(({ isAsPlanned }) => !isAsPlanned);
  const isLate = lagging.some(({ mismatches }) => mismatches.some(({ found }) => found !== null));
  const hasNoAddress = lagging.some(({ mismatches }) => mismatches.some(({ detail }) => detail.endsWith(NO_ADDRESS)));
  const late =
    hasWaited || !isLate
      ? ''
      : `    Secondaries follow when the primary tells them, or ${afterWords(refreshSeconds)}: --wait waits for them.\n`;
  return [head, ...lagging.flatMap(serverLines), late, hasNoAddress ? ASK_BY_ADDRESS : ''].join('');
}

function afterWords(refreshSeconds: number | null): string {
  return refreshSeconds === null ? 'after the SOA refresh time' : `within ${refreshSeconds} s (SOA refresh)`;
}

/** What one server says that it should not; a server that says nothing at all is one line. */
function serverLines({ server, mismatches, proof }: ServerReport): readonly string[] {
  const [first] = mismatches;
  if (first !== undefined && mismatches.every(({ found, detail }) => found === null && detail === first.detail)) {
    return [`    ${server}: ${escapeForTerminal(`no answer (${first.detail})`)}\n`];
  }
  const wrong = proof.lines.filter(({ result }) => mismatches.length === 0 && result !== 'fail');
  return [
    ...mismatches.slice(0, MAX_MISMATCHES).map((mismatch) => `    ${server}: ${mismatchText(mismatch)}\n`),
    ...wrong.map(
      ({ domain, client, result }) => `    ${server}: SPF of ${domain} gives ${client} ${result}, not fail\n`,
    ),
  ];
}

/** Why nothing was written when nobody said yes. */
export function renderNotAgreed(wasAsked: boolean): string {
  if (wasAsked) return '  Nothing was written.\n';
  return '\n  Nothing was written: there is no terminal to ask at. Run it with --yes to apply this plan.\n';
}

function mismatchText({ expectation, found, detail }: Mismatch): string {
  const what = `${expectation.type} ${expectation.name}`;
  if (found === null) return escapeForTerminal(`${what}: no answer (${detail})`);
  const is = found.length === 0 ? 'is missing' : `is ${found.join(', ')}`;
  const should = expectation.texts.length === 0 ? 'there should be none' : `should be ${expectation.texts.join(', ')}`;
  return escapeForTerminal(`${what} ${is}; ${should}`);
}

function because(cause: unknown): string {
  if (!(cause instanceof Error)) return '';
  const hint = cause instanceof UnsentError && cause.hint !== null ? ` ${cause.hint}` : '';
  return `    ${escapeForTerminal(`${cause.message}${hint}`)}\n`;
}
