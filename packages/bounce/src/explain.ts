import type { CaseFacts, PathHop } from './case.ts';
import type { MailRead } from './read.ts';
import type { RecipientStatus } from './report.ts';
import { type Rule, timeText } from './rule.ts';
import { RULES } from './rules.ts';
import { spokenName } from './rules-path.ts';
import type { BackscatterVerdict, Evidence } from './verdict.ts';

/** One thing that was read, and where. Texts may come from strangers: escape them. */
export type ReadFact = { readonly what: string; readonly value: string; readonly seenIn: string };

/** One rule that spoke, with its meaning. */
export type SpokenRule = Evidence & { readonly sentence: string };

/** Everything about one message that a person may want to know. */
export type Explanation = {
  readonly kind: MailRead['kind'];
  readonly facts: readonly ReadFact[];
  readonly rules: readonly SpokenRule[];
  readonly verdict: BackscatterVerdict['kind'];
  /** Why the verdict is what it is, in one sentence. */
  readonly because: string;
};

/** Puts what was read, the rules that spoke and the verdict in the order in which a person asks for them. */
export function explain(read: MailRead, facts: CaseFacts, verdict: BackscatterVerdict): Explanation {
  const evidence = verdict.kind === 'not-a-bounce' ? [] : verdict.evidence;
  const byId = new Map<string, Rule>(RULES.map((rule) => [rule.id, rule]));
  return {
    kind: read.kind,
    facts: [...reportFacts(read), ...originalFacts(read), ...caseReadFacts(facts)],
    rules: evidence.map((one) => ({ ...one, sentence: byId.get(one.rule)?.sentence ?? '' })),
    verdict: verdict.kind,
    because: reasonFor(verdict),
  };
}

function reasonFor(verdict: BackscatterVerdict): string {
  if (verdict.kind === 'not-a-bounce') return `There is nothing to judge: ${verdict.why}.`;
  const { evidence } = verdict;
  const decisive = evidence.find((one) => one.strength === 'decisive' && one.points === verdict.kind);
  if (decisive !== undefined) return `One decisive fact: ${decisive.fact}.`;
  const strong = evidence.filter((one) => one.strength === 'strong');
  if (verdict.kind !== 'unknown') return `${strong.length} strong facts agree, and none speaks against them.`;
  if (strong.length === 0) return 'No decisive or strong fact is known.';
  if (new Set(strong.map((one) => one.points)).size > 1) return 'Strong facts contradict each other.';
  return 'One strong fact alone does not settle it.';
}

function reportFacts(read: MailRead): readonly ReadFact[] {
  const { report } = read;
  if (report === null) return [];
  return [
    { what: 'form', value: `${report.form}, read as ${report.dialect}`, seenIn: 'the message' },
    ...present('reported by', report.reportedBy, 'the report'),
    ...report.recipients.map((one) => ({
      what: 'recipient',
      value: recipientText(one),
      seenIn: 'the report',
    })),
  ];
}

/** Most diagnostics begin with the reply code, and many with the status behind it. */
function recipientText({ address, action, status, replyCode, diagnostic }: RecipientStatus): string {
  const isSaid = replyCode !== null && diagnostic?.startsWith(replyCode) === true;
  return [address, action, status, isSaid ? null : replyCode, diagnostic].filter((part) => part !== null).join(' ');
}

function originalFacts(read: MailRead): readonly ReadFact[] {
  const original = read.report?.original ?? null;
  if (original === null) return [];
  const returned = 'the returned message';
  return [
    { what: 'returned', value: original.completeness, seenIn: 'the report' },
    ...present('From', original.headerFrom, returned),
    ...present('envelope sender', original.envelopeSender === '' ? '<>' : original.envelopeSender, returned),
    ...present('Message-ID', original.messageId, returned),
    ...present('Subject', original.subject, returned),
  ];
}

function caseReadFacts(facts: CaseFacts): readonly ReadFact[] {
  const { subject, sent, path, sentLog, batv } = facts;
  return [
    { what: 'arrived', value: timeText(facts.arrivedAt), seenIn: 'our Received line or Date' },
    ...present('about', subject.address, subject.seenIn),
    { what: 'domain', value: domainText(facts), seenIn: 'the configuration' },
    ...(sent.isObserved ? [{ what: 'handed over', value: timeText(sent.at), seenIn: 'returned Received' }] : []),
    ...(path === null ? [] : pathFacts(path)),
    ...(facts.ownReport === 'no'
      ? []
      : [{ what: 'our own report', value: facts.ownReport, seenIn: 'our Received lines' }]),
    ...facts.dkim.map((one) => ({
      what: 'DKIM',
      value: `${one.domain}, selector ${one.selector}: ${one.status}, body ${one.body}. ${one.detail}`,
      seenIn: 'returned DKIM-Signature',
    })),
    ...(sentLog === null
      ? []
      : [
          {
            what: 'sent log',
            value: sentLogText(sentLog),
            seenIn: `${sentLog.messageId === null ? 'no Message-ID' : sentLog.seenIn}`,
          },
        ]),
    ...(batv.address === null
      ? []
      : [{ what: 'BATV', value: `${batv.address}: ${batv.status}`, seenIn: 'the address' }]),
  ];
}

function pathFacts(path: NonNullable<CaseFacts['path']>): readonly ReadFact[] {
  const seenIn = path.isNamedOnly
    ? 'a field of the report'
    : path.isSubmission
      ? 'our Received lines'
      : 'returned Received';
  return [
    { what: path.isSubmission ? 'submitted at' : 'handed over by', value: hopText(path.injection), seenIn },
    ...path.below.map((hop) => ({
      what: 'before that',
      value: hopText(hop),
      seenIn: 'returned Received, may be forged',
    })),
    ...(path.unjoined === null
      ? []
      : [{ what: 'does not join', value: hopText(path.unjoined), seenIn: 'returned Received, looks forged' }]),
  ];
}

function hopText(hop: PathHop): string {
  const spf = hop.spf === null ? 'SPF not asked' : `SPF ${hop.spf}${hop.spfTerm === null ? '' : ` (${hop.spfTerm})`}`;
  const ours = hop.outbound === null ? '' : ', one of our outbound addresses';
  const name = spokenName(hop);
  return `${hop.ip.text}${name === null ? '' : ` ${name}`}: ${spf}${ours}`;
}

function domainText({ subject }: CaseFacts): string {
  const { own, domain } = subject;
  if (own === null) return `${domain ?? 'none'}: nobody declared it`;
  const since = own.since === null ? '' : ` since ${timeText(own.since)}`;
  const locked = own.lockedAt === null ? '' : `, locked since ${timeText(own.lockedAt)}`;
  return `${own.name}: ${own.use}${since}${locked}`;
}

function sentLogText(log: NonNullable<CaseFacts['sentLog']>): string {
  if (log.messageId === null) return 'nothing to look for';
  if (log.foundAt !== null) return `<${log.messageId}> was sent at ${timeText(log.foundAt)}`;
  return `<${log.messageId}> not found; that time is ${log.isCovered ? 'covered' : 'not covered'}`;
}

function present(what: string, value: string | null, seenIn: string): readonly ReadFact[] {
  return value === null ? [] : [{ what, value, seenIn }];
}
