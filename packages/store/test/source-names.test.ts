import { expect, test } from 'vitest';
import { openStore } from '../src/index.ts';
import { onHost, withoutHost } from '../src/source-names.ts';
import { temporaryFolder } from './support/folder.ts';
import { entry, isPostgres, joinTouching, locationOf } from './support/store.ts';

const NOW = new Date('2026-11-23T12:00:00Z');
const AT = { identity: '0'.repeat(32), kind: 'move', target: 'Bounces', place: '/home/a/Maildir/new/1' };

test.each([
  ['mbox:/var/mail/a', 'mbox://mx1/var/mail/a'],
  ['/home/a/Maildir', '//mx1/home/a/Maildir'],
  ['imap:a@mx1:993/INBOX', 'imap:a@mx1:993/INBOX'],
  ['imaps://a@mx1/INBOX', 'imaps://a@mx1/INBOX'],
  ['packed:0123', 'packed:0123'],
])('%s is %s on mx1', (name, hosted) => {
  expect(onHost(name, 'mx1')).toBe(hosted);
  expect(withoutHost(hosted, 'mx1')).toBe(name);
  expect(withoutHost(hosted, 'mx')).toBe(hosted);
});

/** The store of one of several hosts; they share it where they name the same path. */
function storeOn(host: string, path: string) {
  return openStore<unknown, unknown>(locationOf(path), { joinSpans: joinTouching, host });
}

async function read(store: Awaited<ReturnType<typeof storeOn>>, position: string, item: string): Promise<void> {
  const { run } = await store.ledger.startRun(NOW, ['x'], '');
  await store.ledger.recordBatch(run, [entry(1)], { source: 'maildir:/home/a', position, newItems: [item] });
}

// A skipped test is a failure where CI runs, and each engine has one of these.
const onServer = isPostgres ? test : () => {};
const inFile = isPostgres ? () => {} : test;

onServer('two hosts that share a server keep apart what they read and do at one path', async () => {
  const path = `${temporaryFolder()}/shared.db`;
  const [one, two] = [await storeOn('mx1', path), await storeOn('mx2', path)];
  await read(one, 'one', 'a');
  expect(await two.ledger.positionOf('maildir:/home/a')).toBeNull();
  await read(two, 'two', 'b');
  expect(await one.ledger.positionOf('maildir:/home/a')).toBe('one');
  expect(await one.ledger.compareItems('maildir:/home/a', ['a', 'b'])).toEqual({ unread: ['b'], gone: [] });
  await one.actions.intend(1, NOW, [{ ...AT, source: '/home/a/Maildir' }]);
  expect(await two.actions.pending('/home/a/Maildir')).toEqual([]);
  expect(await one.actions.pending('/home/a/Maildir')).toMatchObject([{ source: '/home/a/Maildir' }]);
  expect(await two.actions.ofRun(1)).toMatchObject([{ source: '//mx1/home/a/Maildir' }]);
  await one.close();
  await two.close();
});

inFile('a file has one host, whatever that is called today', async () => {
  const path = `${temporaryFolder()}/state.db`;
  const before = await storeOn('4f2a81c0', path);
  await read(before, 'here', 'a');
  await before.close();
  const now = await storeOn('93bb07de', path);
  expect(await now.ledger.positionOf('maildir:/home/a')).toBe('here');
  await now.close();
});

test('what another engine remembered is taken over', async () => {
  const path = `${temporaryFolder()}/carried.db`;
  const carried = await openStore<unknown, unknown>(':memory:', { joinSpans: joinTouching, host: 'mx1' });
  // A file names it without a host; what came from a server has one.
  const foreign = isPostgres ? 'mbox:/var/mail/a' : 'mbox://mx1/var/mail/a';
  const { run } = await carried.ledger.startRun(NOW, ['x'], '');
  await carried.ledger.recordBatch(run, [], { source: foreign, position: 'carried', newItems: ['x'] });
  const lines: string[] = [];
  await carried.transfer.exportTo(async (line) => void lines.push(line));
  await carried.close();
  const store = await storeOn('mx1', path);
  await store.transfer.importFrom(async function* read() {
    yield* lines;
  });
  expect(await store.ledger.positionOf('mbox:/var/mail/a')).toBe('carried');
  expect(await store.ledger.compareItems('mbox:/var/mail/a', ['x', 'y'])).toEqual({ unread: ['y'], gone: [] });
  const { sources } = await store.upkeep.describe();
  expect(sources.map(({ name }) => name)).toEqual([isPostgres ? 'mbox://mx1/var/mail/a' : 'mbox:/var/mail/a']);
  await store.close();
});
