import { connect } from 'node:net';
import { readHeader, readRecords, UnsentError, type WireHeader, type WireRecord } from '@unsent/dns';
import { signMessage, type TsigKey, type TsigProblem, tsigCheck } from './tsig.ts';

/** A primary name server to talk to. */
export type Primary = {
  readonly host: string;
  readonly port: number;
  readonly key: TsigKey | null;
  readonly timeoutMs: number;
  readonly now: () => Date;
};

/** One message of an answer, its records located, signature checked. */
export type Reply = {
  readonly message: Buffer;
  readonly header: WireHeader;
  readonly answers: readonly WireRecord[];
  readonly authorities: readonly WireRecord[];
  /** False for an answer without a signature; true when none was asked for. */
  readonly isSigned: boolean;
};

/**
 * Sends one message over TCP and hands the replies to `take` until it says that it has had enough.
 *
 * Rejects with `provider-unreachable` when the connection fails or nothing comes in time, and with `provider-key-refused`
 * when a signature is wrong on either side. Nothing is sent twice.
 */
export async function exchange(primary: Primary, message: Buffer, take: (reply: Reply) => boolean): Promise<void> {
  const now = primary.now();
  const signed = primary.key === null ? { message, mac: Buffer.alloc(0) } : signMessage(message, primary.key, now);
  const check = primary.key === null ? null : tsigCheck(primary.key, signed.mac, now);
  const id = message.readUInt16BE(0);
  await overTcp(primary, signed.message, (octets) => {
    const reply = readReply(octets);
    if (reply.message.readUInt16BE(0) !== id) throw malformed(primary, 'the id is another');
    const problem = check?.take(octets, reply.signature) ?? null;
    // A refusal may come unsigned (RFC 8945 §5.3.2). To believe it can cost a run, never a zone.
    const isRefusal = problem === 'missing' && reply.header.rcode !== 0;
    if (!isRefusal) checkSignature(primary, problem);
    const isEnough = take({ ...reply, isSigned: !isRefusal });
    if (isEnough && !isRefusal) checkSignature(primary, check?.end() ?? null);
    return isEnough;
  });
}

function readReply(message: Buffer): Omit<Reply, 'isSigned'> & { readonly signature: WireRecord | undefined } {
  const header = readHeader(message);
  const answers: WireRecord[] = [];
  const authorities: WireRecord[] = [];
  const additional: WireRecord[] = [];
  // An UPDATE has its sections in the same places under other names (RFC 2136 §2).
  let at = readRecords(message, header.recordsStart, header.answerCount, answers);
  at = readRecords(message, at, header.authorityCount, authorities);
  readRecords(message, at, header.additionalCount, additional);
  return { message, header, answers, authorities, signature: additional.at(-1) };
}

function checkSignature({ key, host }: Primary, problem: TsigProblem | null): void {
  if (problem === null) return;
  const name = key?.name ?? '?';
  const hints: Readonly<Record<TsigProblem, string>> = {
    BADKEY: `The server does not know a key ${name} with this algorithm. Compare provider.key with its configuration.`,
    BADSIG: `The secret of the key ${name} is another on the server.`,
    BADTIME: 'The clocks differ by more than five minutes. Set them.',
    BADTRUNC: 'The server wants longer signatures than it was sent.',
    missing: 'The answer is not signed: it is not from that server, or the key is not known there.',
    forged: 'The signature of the answer is wrong: it is not from that server, or the secret is another.',
    stale: 'The answer was signed long ago. Is the clock right?',
  };
  throw new UnsentError('provider-key-refused', {
    message: `The name server ${host} and the key ${name} do not fit (${problem}).`,
    hint: hints[problem],
  });
}

/** TCP with two octets of length before each message (RFC 1035 §4.2.2). */
function overTcp(primary: Primary, message: Buffer, take: (octets: Buffer) => boolean): Promise<void> {
  const frame = Buffer.concat([lengthOf(message), message]);
  return new Promise((resolve, reject) => {
    const socket = connect({ host: primary.host, port: primary.port });
    const fail = (cause: unknown): void => {
      socket.destroy();
      reject(cause instanceof UnsentError ? cause : unreachable(primary, cause));
    };
    const chunks: Buffer[] = [];
    socket.setTimeout(primary.timeoutMs, () => fail(new Error('it took too long')));
    socket.on('error', fail);
    socket.on('close', () => fail(new Error('the connection was closed')));
    socket.on('connect', () => socket.write(frame));
    socket.on('data', (chunk) => {
      chunks.push(Buffer.from(chunk));
      try {
        if (!takeFrames(chunks, take)) return;
        socket.end();
        resolve();
      } catch (cause) {
        fail(cause);
      }
    });
  });
}

/** Takes whole messages off the front; true once `take` has had enough. */
function takeFrames(chunks: Buffer[], take: (octets: Buffer) => boolean): boolean {
  const all = Buffer.concat(chunks.splice(0));
  let at = 0;
  while (all.length - at >= 2) {
    const end = at + 2 + all.readUInt16BE(at);
    if (end > all.length) break;
    if (take(all.subarray(at + 2, end))) return true;
    at = end;
  }
  chunks.push(all.subarray(at));
  return false;
}

function lengthOf(message: Buffer): Buffer {
  const octets = Buffer.alloc(2);
  octets.writeUInt16BE(message.length);
  return octets;
}

function unreachable({ host, port }: Primary, cause: unknown): UnsentError {
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new UnsentError('provider-unreachable', {
    message: `The name server ${host}:${port} did not answer: ${reason}.`,
    hint: 'Check provider.server, and that it can be reached over TCP.',
    cause,
  });
}

function malformed({ host }: Primary, what: string): UnsentError {
  return new UnsentError('provider-failed', {
    message: `The name server ${host} answered with something odd: ${what}.`,
  });
}
