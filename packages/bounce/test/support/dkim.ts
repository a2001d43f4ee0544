import { createHash, generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import type { DnsRecord } from '@unsent/dns';
import { dkimSign } from 'mailauth/lib/dkim/sign.js';
import { name } from '../../../../test/support/names.ts';

export type SigningKey = { readonly kind: 'rsa' | 'ed25519'; readonly pem: string; readonly record: string };

/** A fresh key pair and the record that publishes it; nothing secret is stored. */
export function newSigningKey(kind: 'rsa' | 'ed25519', bits = 2048): SigningKey {
  const pair = kind === 'rsa' ? generateKeyPairSync('rsa', { modulusLength: bits }) : generateKeyPairSync('ed25519');
  return { kind, pem: pemOf(pair.privateKey), record: `v=DKIM1; k=${kind}; p=${publicPart(kind, pair.publicKey)}` };
}

function pemOf(key: KeyObject): string {
  return key.export({ type: 'pkcs8', format: 'pem' }).toString();
}

// RFC 8463 §4.2: the last 32 octets of the DER are the bare key.
function publicPart(kind: 'rsa' | 'ed25519', key: KeyObject): string {
  const der = key.export({ type: 'spki', format: 'der' });
  return (kind === 'rsa' ? der : der.subarray(-32)).toString('base64');
}

export function txt(owner: string, text: string): DnsRecord {
  return { name: name(owner), type: 'TXT', data: [text.slice(0, 250), text.slice(250)], ttlSeconds: 300 };
}

export type SignOptions = {
  readonly canonicalization?: string;
  readonly maxBodyLength?: number;
  readonly signTime?: Date;
  readonly expires?: Date;
  readonly domain?: string;
};

/** The message with a signature of mailauth's on top, as `example.com`, selector `s1` unless told otherwise. */
export async function signed(message: string, key: SigningKey, options: SignOptions = {}): Promise<string> {
  const { domain = 'example.com', canonicalization = 'relaxed/relaxed', maxBodyLength, ...times } = options;
  const made = await dkimSign(message, {
    signingDomain: domain,
    selector: 's1',
    privateKey: key.pem,
    ...times,
    signatureData: [
      {
        signingDomain: domain,
        selector: 's1',
        privateKey: key.pem,
        algorithm: `${key.kind}-sha256`,
        canonicalization,
        ...(maxBodyLength === undefined ? {} : { maxBodyLength }),
      },
    ],
  });
  if (made.errors.length > 0) throw new Error(`could not sign: ${JSON.stringify(made.errors)}`);
  return `${made.signatures}${message}`;
}

/** A relaxed/relaxed rsa-sha256 signature made by hand, so that `h=` may name a field more often than it is there. */
export function signedByHand(message: string, key: SigningKey, names: readonly string[]): string {
  const end = message.indexOf('\r\n\r\n');
  const body = `${message
    .slice(end + 4)
    .replace(/[ \t]+/g, ' ')
    .replace(/ \r\n/g, '\r\n')
    .replace(/(\r\n)+$/, '')}\r\n`;
  const fields = message.slice(0, end).split(/\r\n(?![ \t])/);
  const relaxed = names.flatMap((wanted) => {
    const at = fields.findLastIndex((field) => field.toLowerCase().startsWith(`${wanted.toLowerCase()}:`));
    if (at === -1) return [];
    const [field = ''] = fields.splice(at, 1);
    const value = field
      .slice(wanted.length + 1)
      .replace(/\r\n/g, '')
      .replace(/[ \t]+/g, ' ')
      .trim();
    return [`${wanted.toLowerCase()}:${value}\r\n`];
  });
  const bodyHash = createHash('sha256').update(body, 'latin1').digest('base64');
  const start = `v=1; a=rsa-sha256; c=relaxed/relaxed; d=example.com; s=s1; h=${names.join(':')}; bh=${bodyHash}; b=`;
  const signature = sign('sha256', Buffer.from(`${relaxed.join('')}dkim-signature:${start}`, 'latin1'), key.pem);
  return `DKIM-Signature: ${start}${signature.toString('base64')}\r\n${message}`;
}

/** Header block and body of a message, with LF line ends, as a report carries them. */
export function halves(message: string): { headerBytes: Uint8Array; bodyBytes: Uint8Array } {
  const text = message.replaceAll('\r\n', '\n');
  const end = text.indexOf('\n\n');
  return {
    headerBytes: Buffer.from(text.slice(0, end + 1), 'latin1'),
    bodyBytes: Buffer.from(text.slice(end + 2), 'latin1'),
  };
}
