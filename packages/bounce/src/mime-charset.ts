import { TextDecoder } from 'node:util';
import { isAscii } from './mime-text.ts';

// Names that mail uses and the Encoding Standard does not list.
const ALIASES: Readonly<Record<string, string>> = {
  cp932: 'shift_jis',
  'cp-932': 'shift_jis',
  ms932: 'shift_jis',
  'windows-31j': 'shift_jis',
  eucjp: 'euc-jp',
  'iso-2022-jp-1': 'iso-2022-jp',
  'iso-2022-jp-2': 'iso-2022-jp',
  'iso-2022-jp-3': 'iso-2022-jp',
  'iso-2022-jp-2004': 'iso-2022-jp',
  'iso-2022-jp-ms': 'iso-2022-jp',
  cp50220: 'iso-2022-jp',
  cp50221: 'iso-2022-jp',
  gb: 'gb18030',
  cp936: 'gbk',
  cp949: 'euc-kr',
  cp950: 'big5',
  cp1250: 'windows-1250',
  cp1251: 'windows-1251',
  cp1252: 'windows-1252',
  cp1254: 'windows-1254',
  'utf-8-mac': 'utf-8',
  'uft-8': 'utf-8',
  'unicode-1-1-utf-8': 'utf-8',
  '8bit': 'utf-8',
  'x-unknown': 'utf-8',
  unknown: 'utf-8',
  'unknown-8bit': 'utf-8',
  // Nobody decodes UTF-7 any more, and its reports are ASCII but for what a scanner appended.
  'utf-7': 'utf-8',
  'unicode-1-1-utf-7': 'utf-8',
  'us-ascii': 'utf-8',
  ascii: 'utf-8',
};

const decoders = new Map<string, TextDecoder | null>();

/**
 * Reads bytes (one per char) as text of the named charset.
 *
 * An unknown name, or bytes that contradict it, fall back to what the bytes look like: ISO-2022-JP, UTF-8, else
 * windows-1252. A report's charset is often wrong, and its addresses are ASCII nearly always.
 */
export function decodeCharset(bytes: string, charset: string | null): string {
  const hasEscape = bytes.includes('\u001b');
  if (!hasEscape && isAscii(bytes)) return bytes;
  const view = Buffer.from(bytes, 'latin1');
  const name = canonicalName(charset);
  if (name === 'utf-8') return guessed(view, hasEscape) ?? western(view);
  // UTF-16 has a NUL in every ASCII char: without one the name is a lie.
  const isLie = (name.startsWith('utf-16') || name.startsWith('utf-32')) && !bytes.includes('\0');
  const text = isLie ? null : (decoderFor(name)?.decode(view) ?? null);
  if (text !== null && !text.includes('\ufffd')) return text;
  return guessed(view, hasEscape) ?? text ?? western(view);
}

/** True if the platform can read that charset; null stands for none named. */
export function isKnownCharset(charset: string | null): boolean {
  return decoderFor(canonicalName(charset)) !== null;
}

function guessed(view: Uint8Array, hasEscape: boolean): string | null {
  for (const name of hasEscape ? ['iso-2022-jp', 'utf-8'] : ['utf-8']) {
    const text = decoderFor(name)?.decode(view) ?? '\ufffd';
    if (!text.includes('\ufffd')) return text;
  }
  return null;
}

function western(view: Uint8Array): string {
  return decoderFor('windows-1252')?.decode(view) ?? '';
}

function canonicalName(charset: string | null): string {
  const name = charset === null ? 'utf-8' : charset.trim().toLowerCase();
  return ALIASES[name] ?? name;
}

// A hostile sender may name any number of charsets: only names that exist are remembered.
function decoderFor(name: string): TextDecoder | null {
  const known = decoders.get(name);
  if (known !== undefined) return known;
  try {
    const decoder = new TextDecoder(name);
    decoders.set(name, decoder);
    return decoder;
  } catch {
    return null; // a RangeError: the Encoding Standard does not know the name
  }
}
