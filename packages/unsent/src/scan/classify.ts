import {
  type BackscatterVerdict,
  backscatterWord,
  type CaseContext,
  type CaseFacts,
  evidenceIds,
  gatherFacts,
  isDecisive,
  judge,
  type MailRead,
  type OriginalMessage,
  originOf,
  readMessage,
  submitterOf,
} from '@unsent/bounce';
import { type IpAddress, networkOf, prefixText } from '@unsent/dns';
import { type Classified, type ReturnedMessage, unjudged } from './classified.ts';

/** A message as it goes to whoever judges it. `cutFromBytes`: its size, when only its beginning was read. */
export type Candidate = { readonly bytes: Uint8Array; readonly cutFromBytes: number | null };

/** Judges messages and gives one result for each, in their order. Never rejects for what a message holds. */
export type Classify = (messages: readonly Candidate[]) => Promise<readonly Classified[]>;

export type ClassifyOptions = {
  /** What one message may take, DNS included. */
  readonly timeLimitMs: number;
  /** Whether recipients and the returned message are wanted: only the output of single messages needs them. */
  readonly withDetails: boolean;
  /** A clock that only goes forward. */
  readonly clock: () => number;
  /** Called just before the message at `index` is read. */
  readonly onStart?: (index: number) => void;
};

/** Messages that wait for DNS while others are read. */
const AT_ONCE = 64;
const NETWORK_BITS = { 4: 24, 6: 48 } as const;

/**
 * Judges in this thread: one message after the other, except that those which wait for DNS let the next one begin.
 * So what reading one message needs is gone when the next is read.
 */
export function classifyHere(context: CaseContext, options: ClassifyOptions): Classify {
  return async (messages) => {
    const results: Classified[] = [];
    const waiting = new Set<Promise<void>>();
    for (const [index, message] of messages.entries()) {
      options.onStart?.(index);
      let isDone = false;
      const work = classifyOne(message, context, options).then((result) => {
        results[index] = result;
        isDone = true;
        waiting.delete(work);
      });
      waiting.add(work);
      await turn();
      if (!isDone && waiting.size >= AT_ONCE) await Promise.race(waiting);
    }
    await Promise.all(waiting);
    return results;
  };
}

/** Resolves behind everything that needs no input or output. */
function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

/** One message is one result: whatever goes wrong with it stays with it. */
async function classifyOne(message: Candidate, context: CaseContext, options: ClassifyOptions): Promise<Classified> {
  try {
    const { timeLimitMs, clock } = options;
    const started = clock();
    const read = await readMessage(message.bytes, { timeLimitMs: timeLimitMs / 2, clock });
    const facts = await within(timeLimitMs - (clock() - started), gatherFacts(read, context));
    if (facts === 'late') return unjudged(context.now, `it was not judged after ${timeLimitMs / 1000} s`);
    return classified(read, facts, message.cutFromBytes, options.withDetails);
  } catch (error) {
    return unjudged(context.now, `it could not be judged: ${error instanceof Error ? error.message : String(error)}`);
  }
}

async function within<T>(limitMs: number, work: Promise<T>): Promise<T | 'late'> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<'late'>((resolve) => {
    timer = setTimeout(resolve, Math.max(1, limitMs), 'late');
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}

function classified(read: MailRead, facts: CaseFacts, cutFromBytes: number | null, withDetails: boolean): Classified {
  const verdict = judge(facts);
  const { report } = read;
  const original = report?.original ?? null;
  const origin = facts.path?.injection.ip ?? original?.injectedBy ?? null;
  const submitter = read.kind === 'report' || read.kind === 'tls-report' ? submitterOf(read.subject ?? '') : null;
  return {
    kind: read.kind,
    messageId: read.messageId,
    subject: read.subject,
    arrivedAt: facts.arrivedAt,
    recipients: withDetails ? (report?.recipients ?? []) : [],
    original: original === null || !withDetails ? null : returned(original, facts, verdict, origin),
    backscatter: backscatterWord(verdict),
    isDecisive: isDecisive(verdict),
    evidence: evidenceIds(verdict),
    domain: facts.subject.own?.name ?? facts.subject.domain,
    localPart: facts.subject.localPart,
    reporter: report?.reportedBy?.toLowerCase() ?? submitter,
    originIp: origin?.text ?? null,
    originNetwork: origin === null ? null : networkText(origin),
    originSpf: facts.path?.injection.spf ?? null,
    error: cutFromBytes === null ? read.error : cutError(read, cutFromBytes),
  };
}

function returned(
  original: OriginalMessage,
  facts: CaseFacts,
  verdict: BackscatterVerdict,
  origin: IpAddress | null,
): ReturnedMessage {
  // Behind a forwarder stands our own host, unless the verdict says that somebody forged its line.
  const ours = verdict.kind === 'backscatter' ? null : originOf(facts.path);
  const originIp = (ours?.ip ?? origin)?.text ?? null;
  return { messageId: original.messageId, from: original.headerFrom, originIp };
}

function networkText(ip: IpAddress): string {
  return prefixText(networkOf(ip, NETWORK_BITS[ip.family]));
}

function cutError(read: MailRead, sizeBytes: number): string {
  const cut = `only its beginning was read: it has ${sizeBytes} bytes`;
  return read.error === null ? cut : `${cut}; ${read.error}`;
}
