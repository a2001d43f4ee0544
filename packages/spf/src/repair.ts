import type { Span } from './ast.ts';

/** What was wrong at one place of a record, and the terms that were put there ('' when it was taken out). */
export type Repair = {
  readonly code: RepairCode;
  readonly message: string;
  /** Offsets into the text as it was published. */
  readonly span: Span;
  readonly replacement: string;
};

export type RepairCode =
  | 'missing-space' // ip4:192.0.2.0/25-all
  | 'needless-space' // ip4: 192.0.2.1
  | 'separator' // a, mx; -all
  | 'odd-character' // no-break spaces, typographic dashes
  | 'quotes'
  | 'version' // v=spf1. …, v=spf1; …
  | 'misspelt' // ipv4:, incude:, includes:
  | 'wrong-family' // ip4:2001:db8::1
  | 'address-for-name' // a:192.0.2.1
  | 'name-for-address' // ip4:mail.example.com
  | 'bad-address' // 192.0.2.0/255.255.255.0, 192.0.2.*
  | 'stray-character' // -all.
  | 'not-a-name' // include:https://example.com/
  | 'dropped'; // nothing better was found
