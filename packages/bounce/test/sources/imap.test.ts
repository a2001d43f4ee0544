import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type Dovecot, hasDovecot, startDovecot } from '../../../../test/support/dovecot.ts';
import { needs } from '../../../../test/support/require.ts';
import {
  type CutPiece,
  cutSource,
  imapSources,
  type MailSource,
  messageIdentity,
  NO_MEMORY,
  pieceOf,
  type RawMessage,
  type SourceMemory,
} from '../../src/index.ts';

const OPTIONS = { maxMessageBytes: 100_000, settleMs: 0, now: () => new Date('2026-11-23T12:00:00Z') };

function letter(number: number, body = 'See you there.'): string {
  return `From: anna@example.net\nTo: ben@shop.example\nMessage-ID: <${number}@example.net>\nSubject: ${number}\n\n${body}\n`;
}

describe.runIf(needs('Dovecot, started as root', hasDovecot()))(
  'a folder on an IMAP server',
  { timeout: 60_000 },
  () => {
    let dovecot: Dovecot;
    let folders = 0;
    let folder = '';
    beforeAll(async () => {
      dovecot = await startDovecot();
    }, 60_000);
    afterAll(() => dovecot.stop());
    beforeEach(() => {
      folder = `F${++folders}`;
      dovecot.doveadm('mailbox', 'create', '-u', dovecot.user, folder);
    });

    async function deliver(from: number, to: number): Promise<void> {
      for (let number = from; number < to; number++) await dovecot.deliver(letter(number), folder);
    }

    /** Reads the folder to its end and calls `meanwhile` before each message is taken. */
    async function read(
      memory: SourceMemory = NO_MEMORY,
      meanwhile: (count: number) => Promise<void> | void = () => {},
      options = OPTIONS,
    ): Promise<RawMessage[]> {
      let found: RawMessage[] = [];
      await withSource(async (source) => {
        found = await gather(source, memory, meanwhile);
      }, options);
      return found;
    }

    async function withSource(work: (source: MailSource) => Promise<void>, options = OPTIONS): Promise<void> {
      const { sources, close } = await imapSources(
        `imaps://${dovecot.userInAddress}@127.0.0.1:${dovecot.ports.imaps}/${folder}`,
        () => ({
          login: async () => ({ kind: 'password', password: dovecot.password }),
          ca: async () => readFileSync(dovecot.certificate, 'utf8'),
          plaintext: false,
        }),
        options,
      );
      try {
        const [source] = sources;
        if (source === undefined) throw new Error('no folder');
        await work(source);
      } finally {
        await close();
      }
    }

    async function gather(
      source: MailSource,
      memory: SourceMemory,
      meanwhile: (count: number) => Promise<void> | void,
    ): Promise<RawMessage[]> {
      const found: RawMessage[] = [];
      for await (const message of source.messages(memory)) {
        found.push(message);
        await meanwhile(found.length);
      }
      return found;
    }

    function after(messages: readonly RawMessage[]): SourceMemory {
      return { ...NO_MEMORY, position: messages.at(-1)?.position?.() ?? null };
    }

    function subjects(messages: readonly RawMessage[]): string[] {
      return messages.map(({ bytes }) => /^Subject: (.*?)\r?$/m.exec(Buffer.from(bytes).toString())?.[1] ?? '');
    }

    function distinct(messages: readonly RawMessage[]): number {
      return new Set(messages.map(({ bytes }) => messageIdentity(bytes, null))).size;
    }

    test('is read in order, and from there on the next time', async () => {
      await deliver(0, 5);
      const first = await read();
      expect(subjects(first)).toEqual(['0', '1', '2', '3', '4']);
      expect(first[0]?.place).toMatch(/\/F\d+;UIDVALIDITY=\d+\/;UID=1$/);
      expect(await read(after(first))).toEqual([]);
      await deliver(5, 7);
      expect(subjects(await read(after(first)))).toEqual(['5', '6']);
    });

    test('is cut into ranges of its numbers, which hold each message once, also one that failed before', async () => {
      await deliver(0, 7);
      const all = await read();
      const position = JSON.parse(all[2]?.position?.() ?? '{}');
      const memory = { ...NO_MEMORY, position: JSON.stringify({ ...position, retry: [1, 2] }) };
      const pieces: CutPiece[] = [];
      await withSource(async (source) => {
        for await (const piece of cutSource(source, source.label, memory, { messages: 3, bytes: 1 }))
          pieces.push(piece);
      });
      await deliver(7, 8);
      const found: RawMessage[][] = [];
      for (const { piece } of pieces) {
        await withSource(async (source) => void found.push(await gather(pieceOf(source, piece), NO_MEMORY, () => {})));
      }
      expect(found.map(subjects)).toEqual([
        ['0', '1', '3'],
        ['4', '5', '6'],
      ]);
      expect(pieces.at(-1)?.piece).toMatchObject({ until: all.at(-1)?.position?.() });
    });

    test('stays as it was: nothing becomes seen', async () => {
      await deliver(0, 3);
      await read();
      expect(
        dovecot.doveadm('search', '-u', dovecot.user, 'mailbox', folder, 'unseen').trim().split('\n'),
      ).toHaveLength(3);
    });

    test('that holds a huge message gives its beginning and its size', async () => {
      await dovecot.deliver(letter(1, 'x\n'.repeat(200_000)), folder);
      const [message] = await read();
      expect(message?.bytes).toHaveLength(OPTIONS.maxMessageBytes);
      expect(message?.cutFromBytes).toBeGreaterThan(400_000);
    });

    test('is read whole though the connection is cut in the middle of it', async () => {
      await deliver(0, 450);
      let cuts = 0;
      const messages = await read(NO_MEMORY, async (count) => {
        if (count !== 50 && count !== 250) return;
        cuts++;
        await dovecot.dropSessions();
      });
      expect(subjects(messages)).toEqual(Array.from({ length: 450 }, (_, number) => `${number}`));
      expect(cuts).toBe(2);
    });

    test('of 2,000 messages, thinned out and renumbered while it is read, gives every one that stays', async () => {
      await deliver(0, 2000);
      const messages = await read(NO_MEMORY, (count) => {
        if (count === 150) dovecot.doveadm('expunge', '-u', dovecot.user, 'mailbox', folder, 'subject', '19');
        if (count === 700)
          dovecot.doveadm('mailbox', 'update', '--uid-validity', '77777777', '-u', dovecot.user, folder);
      });
      const seen = new Set(subjects(messages));
      const left = dovecot
        .doveadm('fetch', '-u', dovecot.user, 'hdr.subject', 'mailbox', folder, 'all')
        .match(/\d+$/gm);
      expect(left?.length).toBeGreaterThan(1700);
      expect(left?.length).toBeLessThan(2000);
      expect(left?.filter((subject) => !seen.has(subject))).toEqual([]);
      expect(distinct(messages)).toBeLessThanOrEqual(2000);
      expect(messages.at(-1)?.place).toContain('UIDVALIDITY=77777777/');
    }, 120_000);

    test('that was renumbered since is read again, and its messages are the same by content', async () => {
      await deliver(0, 4);
      const first = await read();
      dovecot.doveadm('mailbox', 'update', '--uid-validity', '88888888', '-u', dovecot.user, folder);
      const again = await read(after(first));
      expect(again).toHaveLength(4);
      expect(distinct([...first, ...again])).toBe(4);
    });
  },
);
