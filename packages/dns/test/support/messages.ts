import { AUTHORITATIVE_ANSWER, decode, encode, RECURSION_AVAILABLE, TRUNCATED_RESPONSE } from 'dns-packet';

/** A query as it came to a stand-in server. */
export type Asked = {
  readonly id: number;
  readonly name: string;
  readonly type: string;
  readonly overTcp: boolean;
  readonly isRecursive: boolean;
  /** What EDNS announces; 0 without EDNS. */
  readonly payloadOctets: number;
  readonly octets: Buffer;
  /** The port it came from. */
  readonly port: number;
};

export function readQuery(octets: Buffer, port: number, overTcp: boolean): Asked {
  const query = decode(octets);
  const [question] = query.questions;
  return {
    id: query.id,
    name: question?.name ?? '',
    type: question?.type ?? '',
    overTcp,
    isRecursive: query.flag_rd,
    payloadOctets: query.additionals.find(({ type }) => type === 'OPT')?.udpPayloadSize ?? 0,
    octets,
    port,
  };
}

export type Response = {
  readonly id?: number;
  /** What it claims to answer; default the question. */
  readonly questions?: readonly { readonly name: string; readonly type: string; readonly class?: string }[];
  readonly rcode?: number;
  readonly isAuthoritative?: boolean;
  readonly isTruncated?: boolean;
  readonly isRecursionAvailable?: boolean;
  readonly answers?: readonly object[];
  readonly authorities?: readonly object[];
  readonly additionals?: readonly object[];
};

/** A response, written by dns-packet. */
export function respond(asked: Pick<Asked, 'id' | 'name' | 'type'>, response: Response = {}): Buffer {
  const { rcode = 0, isAuthoritative = false, isTruncated = false, isRecursionAvailable = true, ...rest } = response;
  const flags =
    rcode |
    (isAuthoritative ? AUTHORITATIVE_ANSWER : 0) |
    (isTruncated ? TRUNCATED_RESPONSE : 0) |
    (isRecursionAvailable ? RECURSION_AVAILABLE : 0);
  const questions = [{ name: asked.name, type: asked.type }];
  return encode({ id: asked.id, questions, ...rest, type: 'response', flags });
}

export const soa = (zone: string, ttl: number, minimum: number): object => ({
  name: zone,
  type: 'SOA',
  ttl,
  data: { mname: `ns.${zone}`, rname: `host.${zone}`, serial: 1, refresh: 2, retry: 3, expire: 4, minimum },
});
