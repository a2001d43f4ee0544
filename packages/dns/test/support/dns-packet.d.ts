// dns-packet ships no types. It is the independent writer and reader of messages in these tests.
declare module 'dns-packet' {
  export type Packet = {
    id?: number;
    type?: 'query' | 'response';
    flags?: number;
    questions?: readonly { type: string; name: string; class?: string }[];
    answers?: readonly object[];
    authorities?: readonly object[];
    additionals?: readonly object[];
  };
  export type Decoded = {
    id: number;
    rcode: string;
    flag_rd: boolean;
    questions: { type: string; name: string; class: string }[];
    answers: { type: string; name: string; ttl: number; data: unknown }[];
    additionals: { type: string; name: string; udpPayloadSize?: number }[];
  };
  export const AUTHORITATIVE_ANSWER: number;
  export const TRUNCATED_RESPONSE: number;
  export const RECURSION_DESIRED: number;
  export const RECURSION_AVAILABLE: number;
  export function encode(packet: Packet): Buffer;
  export function decode(message: Buffer): Decoded;
}
