import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { type DnsServer, type IpAddress, parseIp } from '@unsent/dns';
import { WARM_UP_FAILING, WARM_UP_KINDS } from './warm-up-mail.ts';

/** A name server on a port of this host that knows the domains of the warm-up. */
export type WarmUpDns = { readonly server: DnsServer; close(): void };

const HEADER_OCTETS = 12;
const TTL_SECONDS = 300;
const NXDOMAIN = 3;
const IS_RESPONSE = 0x80;
const SERVFAIL = 2;
const TYPES: Readonly<Record<string, number>> = { A: 1, SOA: 6, MX: 15, TXT: 16, AAAA: 28 };
/** The owner is the name that was asked for, which stands right behind the header (RFC 1035 §4.1.4). */
const ASKED_NAME = Buffer.of(0xc0, HEADER_OCTETS);
/** The record of EDNS, as nearly every server adds it (RFC 6891 §6.1.2): the root, type 41, 1,232 octets. */
const OPT = Buffer.of(0, 0, 41, 0x04, 0xd0, 0, 0, 0, 0, 0, 0);
const SOA = answer('SOA', Buffer.concat([nameOctets('ns.example'), nameOctets('h.example'), Buffer.alloc(20, 1)]));

/** Opens it; rejects when there is no loopback. */
export async function openWarmUpDns(): Promise<WarmUpDns> {
  const socket = createSocket('udp4');
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  socket.unref();
  socket.on('error', () => {});
  socket.on('message', (query, from) => reply(socket, query, from));
  return { server: { address: '127.0.0.1', port: socket.address().port }, close: () => socket.close() };
}

function reply(socket: Socket, query: Buffer, from: { readonly port: number; readonly address: string }): void {
  const question = questionOf(query);
  // Any program of this host may send here: what is no question gets no answer.
  if (question === null) return;
  const { name, type, end } = question;
  const records = recordsOf(name);
  const matching = records?.filter(([of]) => TYPES[of] === type) ?? [];
  const answers = matching.map(([of, data]) => answer(of, data));
  const header = Buffer.from(query.subarray(0, HEADER_OCTETS));
  header[2] = 0x81;
  header[3] = 0x80 | (name.endsWith(WARM_UP_FAILING) ? SERVFAIL : records === null ? NXDOMAIN : 0);
  header.writeUInt16BE(answers.length, 6);
  header.writeUInt16BE(answers.length === 0 ? 1 : 0, 8);
  header.writeUInt16BE(1, 10);
  const rest = answers.length === 0 ? [SOA] : answers;
  socket.send(Buffer.concat([header, query.subarray(HEADER_OCTETS, end), ...rest, OPT]), from.port, from.address);
}

/** What is at a name, as type and data; null where no such name is. */
function recordsOf(name: string): readonly (readonly [string, Buffer])[] | null {
  const [, label, kind] = /^(.*?)k(\d+)-\d+\.example$/.exec(name) ?? [];
  const domain = name.slice(label?.length ?? 0);
  const records = WARM_UP_KINDS[Number(kind)]?.records ?? {};
  const texts = Object.hasOwn(records, label ?? '') ? records[label ?? ''] : undefined;
  return texts?.map((text) => recordOf(text.replaceAll('@', domain))) ?? null;
}

function recordOf(text: string): readonly [string, Buffer] {
  const type = text.slice(0, text.indexOf(' '));
  const data = text.slice(type.length + 1);
  if (type === 'TXT') return [type, Buffer.from(`${String.fromCharCode(data.length)}${data}`, 'latin1')];
  if (type === 'MX') return [type, Buffer.concat([Buffer.of(0, 10), nameOctets(data)])];
  const ip = parseIp(data);
  return [type, ip === null ? Buffer.alloc(0) : addressOctets(ip)];
}

function answer(type: string, data: Buffer): Buffer {
  const fixed = Buffer.alloc(10);
  fixed.writeUInt16BE(TYPES[type] ?? 0, 0);
  fixed.writeUInt16BE(1, 2);
  fixed.writeUInt32BE(TTL_SECONDS, 4);
  fixed.writeUInt16BE(data.length, 8);
  return Buffer.concat([ASKED_NAME, fixed, data]);
}

function addressOctets({ family, w0, w1, w2, w3 }: IpAddress): Buffer {
  const octets = Buffer.alloc(family === 4 ? 4 : 16);
  for (const [i, word] of (family === 4 ? [w0] : [w0, w1, w2, w3]).entries()) octets.writeUInt32BE(word, 4 * i);
  return octets;
}

function nameOctets(name: string): Buffer {
  const labels = name.split('.').filter((label) => label !== '');
  return Buffer.from(`${labels.map((label) => String.fromCharCode(label.length) + label).join('')}\0`, 'latin1');
}

/** The first question, and where it ends; null for a response, and where the octets end before (RFC 1035 §4.1). */
function questionOf(query: Buffer): { readonly name: string; readonly type: number; readonly end: number } | null {
  if (((query[2] ?? 0) & IS_RESPONSE) !== 0) return null;
  const labels: string[] = [];
  let at = HEADER_OCTETS;
  for (let length = query[at] ?? 0; length > 0; length = query[at] ?? 0) {
    labels.push(query.toString('latin1', at + 1, at + 1 + length));
    at += length + 1;
  }
  const end = at + 5;
  return end > query.length ? null : { name: labels.join('.'), type: query.readUInt16BE(end - 4), end };
}
