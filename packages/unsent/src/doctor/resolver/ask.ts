import { randomInt } from 'node:crypto';
import { connect } from 'node:net';
import { type DnsServer, type DomainName, readHeader, readRecords, typeNumber, type WireRecord } from '@unsent/dns';

/** What a resolver answered: the numbers of the record types in it. */
export type RawAnswer = {
  readonly rcode: number;
  readonly answerTypes: readonly number[];
  /** It speaks EDNS (RFC 6891). */
  readonly hasEdns: boolean;
};

const CLASS_IN = 1;
const TYPE_OPT = 41;
const MAX_OCTETS = 1 << 16;

/**
 * Asks one resolver by TCP (RFC 7766), with the wish for DNSSEC signatures (RFC 3225). Answers what went wrong as text.
 */
export async function askByTcp(
  server: DnsServer,
  name: DomainName,
  type: 'SOA' | 'DS',
  timeoutMs: number,
): Promise<RawAnswer | string> {
  const message = question(name, typeNumber(type) ?? 0);
  const answer = await exchange(server, message, timeoutMs);
  if (typeof answer === 'string') return answer;
  if (answer.length < 12 || answer.readUInt16BE(0) !== message.readUInt16BE(0)) return 'it answered something else';
  try {
    return readAnswer(answer);
  } catch {
    return 'it answered with a broken message';
  }
}

function readAnswer(message: Buffer): RawAnswer {
  const header = readHeader(message);
  const [answers, rest]: [WireRecord[], WireRecord[]] = [[], []];
  const end = readRecords(message, header.recordsStart, header.answerCount, answers);
  readRecords(message, end, header.authorityCount + header.additionalCount, rest);
  return {
    rcode: header.rcode,
    answerTypes: answers.map(({ type }) => type),
    hasEdns: rest.some(({ type }) => type === TYPE_OPT),
  };
}

/** One question with RD, and EDNS with DO. Names of the configuration hold no dots but those between labels. */
function question(name: DomainName, type: number): Buffer {
  const labels = name.split('.').map((label) => Buffer.concat([Buffer.of(label.length), Buffer.from(label, 'latin1')]));
  const fixed = (...words: number[]): Buffer => Buffer.from(words.flatMap((word) => [word >>> 8, word & 255]));
  const header = fixed(randomInt(0x1_0000), 0x0100, 1, 0, 0, 1);
  const edns = Buffer.concat([Buffer.of(0), fixed(TYPE_OPT, 1232, 0, 0x8000, 0)]);
  return Buffer.concat([header, ...labels, Buffer.of(0), fixed(type, CLASS_IN), edns]);
}

function exchange({ address, port }: DnsServer, message: Buffer, timeoutMs: number): Promise<Buffer | string> {
  return new Promise((resolve) => {
    const socket = connect(port, address);
    let received = Buffer.alloc(0);
    const end = (result: Buffer | string): void => {
      socket.destroy();
      resolve(result);
    };
    socket.setTimeout(timeoutMs, () => end(`nothing came within ${timeoutMs} ms`));
    socket.once('error', ({ message: why }) => end(why));
    socket.once('end', () => end('it closed the connection'));
    socket.once('connect', () =>
      socket.write(Buffer.concat([Buffer.of(message.length >>> 8, message.length & 255), message])),
    );
    socket.on('data', (chunk: Buffer) => {
      received = Buffer.concat([received, chunk]);
      const length = received.length < 2 ? MAX_OCTETS : received.readUInt16BE(0);
      if (received.length >= length + 2) end(received.subarray(2, length + 2));
    });
  });
}
