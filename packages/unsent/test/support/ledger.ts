import { joinSpans, type LedgerEntry } from '@unsent/bounce';
import { type DomainName, parseIpText } from '@unsent/dns';
import type { ChangePlan, ZoneSnapshot } from '@unsent/lockdown';
import { openStore } from '@unsent/store';
import { name as domain } from '../../../../test/support/names.ts';
import type { Store } from '../../src/store.ts';

/** Opens the database at `path` (made when missing) for `work`, and closes it. */
export async function withStore<T>(path: string, work: (store: Store) => Promise<T>): Promise<T> {
  const store: Store = await openStore(path, { joinSpans });
  try {
    return await work(store);
  } finally {
    await store.close();
  }
}

export async function record({ ledger }: Store, entries: readonly LedgerEntry[]): Promise<void> {
  const { run } = await ledger.startRun(new Date('2026-11-23T00:00:00Z'), ['x'], 'x');
  await ledger.recordBatch(run, entries, null);
}

/** A bounce that is backscatter for parked.example, on 20 November 2026, but for what `given` says. */
export function entryOf(number: number, given: Partial<LedgerEntry> = {}): LedgerEntry {
  return {
    identity: number.toString(16).padStart(32, '0'),
    source: '/var/mail/postmaster',
    place: `/var/mail/postmaster#${number}`,
    arrivedAt: new Date('2026-11-20T10:00:00Z'),
    kind: 'bounce',
    backscatter: 'yes',
    isDecisive: true,
    domain: domain('parked.example'),
    localPart: 'sales',
    reporter: 'mx.example.net',
    originIp: parseIpText('203.0.113.9', 4),
    originNetwork: '203.0.113.0/24',
    originSpf: 'fail',
    evidence: ['domain-unused', 'spf-fail'],
    messageId: `${number}@mx.example.net`,
    subject: 'Undelivered Mail Returned to Sender',
    error: null,
    ...given,
  };
}

/** A lockdown of `zone` in the journal. */
export async function lock({ journal }: Store, zone: DomainName, at: Date): Promise<string> {
  const snapshot: ZoneSnapshot = { zone, provider: 'memory', records: [] } as never;
  const plan: ChangePlan = { changes: [] } as never;
  const { id } = await journal.begin(at, () => ({
    kind: 'lockdown',
    zone,
    provider: 'memory',
    snapshot,
    plan,
    undoes: [],
    zoneText: '',
  }));
  await journal.finish(id, 'applied', at, 'done');
  return id;
}

/** What strangers write where a name or a sentence is expected. */
export const HOSTILE: readonly string[] = [
  '<script>document.title = "owned"</script>',
  '"><img src=x onerror="document.title=\'owned\'">',
  '</title></style></svg><svg onload=document.title="owned">',
  '<style>*{display:none}</style><base href="https://evil.example/">',
  '&lt;script&gt;document.title="owned"&lt;/script&gt;',
  '\x1b]0;owned\x07\x1b[2J\x1b[31mred\x9b2J',
  'invoice\u202efdp.exe\u2066\u200b',
  '=HYPERLINK("https://evil.example/","x")',
  'hello\r\nBcc: victim@example.org\r\n\r\nbody',
];

/** Entries that carry these in every field that comes from mail. */
export function hostileEntries(): readonly LedgerEntry[] {
  return HOSTILE.map((text, i) =>
    entryOf(1000 + i, {
      subject: text,
      localPart: text,
      reporter: text,
      messageId: text,
      place: text,
      source: text,
      evidence: [`rule${text.replaceAll(' ', '')}`],
      arrivedAt: new Date(Date.UTC(2026, 10, 20, 11, i)),
    }),
  );
}
