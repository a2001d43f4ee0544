import { readFileSync } from 'node:fs';
import pg from 'pg';
import PgBoss from 'pg-boss';
import { expect, onTestFinished, test } from 'vitest';
import { startPostgres } from '../../../test/support/postgres.ts';
import { openPolicyStore, openStore } from '../src/index.ts';
import { domain, entry, joinTouching } from './support/store.ts';

const PAGE = readFileSync(new URL('../../../docs/fleet.md', import.meta.url), 'utf8');

test('the rights that docs/fleet.md grants are enough for a scanner and a daemon, and no more', async () => {
  const server = await startPostgres();
  onTestFinished(() => server.stop());
  const owner = await openStore(server.url, { joinSpans: joinTouching });
  await owner.lockedDomains.add([domain('locked.example')], new Date(), 'x');
  await (await owner.pieceQueue('visitor')).close();
  await owner.close();
  const grants = /```sql\n([\s\S]*?)```/.exec(PAGE)?.[1] ?? '';
  const admin = new pg.Client(server.url);
  await admin.connect();
  await admin.query(
    `${grants}; CREATE ROLE scan LOGIN IN ROLE unsent_scanner; CREATE ROLE mx LOGIN IN ROLE unsent_daemon`,
  );
  await admin.end();

  const scanner = await openStore(server.url.replace('unsent_admin', 'scan'), { joinSpans: joinTouching });
  onTestFinished(() => scanner.close());
  const { run } = await scanner.ledger.startRun(new Date(), ['a'], '');
  const cursor = { source: 'a', position: '1', newItems: ['x'] };
  const old = { arrivedAt: new Date(Date.UTC(2025, 1, 1)) }; // a month that is not made yet
  expect((await scanner.ledger.recordBatch(run, [entry(1), entry(2, old)], cursor)).added.size).toBe(2);
  expect((await scanner.ledger.recordBatch(run, [entry(1, { backscatter: 'no' })], null, 'again')).changed).toBe(1);
  await scanner.ledger.forgetItems('a', ['x']);
  await scanner.ledger.finishRun(run, new Date(), 2);
  await scanner.sentLog.status();
  const last = await scanner.notices.lastEvent();
  expect((await scanner.notices.pending('root', run, last)).domains).toHaveLength(1);
  await scanner.notices.told('root', last, new Date());
  const pieces = await scanner.pieceQueue('worker');
  onTestFinished(() => pieces.close());
  const piece = { piece: {}, messages: 1, expireSeconds: 60 };
  const cut = { source: 'b', label: 'b', judgedBy: 'us', before: null, until: '9', pieces: [piece, piece] };
  expect(await pieces.put({ ...cut, run }, 0)).toBe(0);
  const [first, second] = [await pieces.take('us'), await pieces.take('us')];
  if (first === null || second === null) throw new Error('nothing to take');
  await pieces.giveBack(first);
  await pieces.done(second, { worker: 'x', messages: 1, added: 1, milliseconds: 1 }, new Date());
  await pieces.fail(first, 'broken', new Date());
  expect((await pieces.status()).failed).toMatchObject([{ reason: 'broken' }]);
  expect(await pieces.put({ ...cut, run }, 0)).toBe(0);
  await scanner.runEnds.begin(run, new Date());
  for (const ended of await scanner.runEnds.due()) await scanner.runEnds.done(ended);
  await maintain(server.url.replace('unsent_admin', 'scan'));
  expect(await scanner.lockedDomains.all()).toHaveLength(1);
  await expect(scanner.lockedDomains.remove([domain('locked.example')])).rejects.toMatchObject({
    code: 'store-forbidden',
  });

  const daemon = await openPolicyStore(server.url.replace('unsent_admin', 'mx'));
  onTestFinished(() => daemon.close());
  const revision = await daemon.lockedDomains.revision();
  expect(await daemon.lockedDomains.changesSince(revision - 1)).toMatchObject({
    changes: [{ name: 'locked.example' }],
  });
  for await (const { names } of daemon.lockedDomains.pages()) expect(names).toEqual(['locked.example']);
  await daemon.policyCounters.add({ decisions: [], senders: [] }, { daemon: 'mx', number: 1 });
  await daemon.policyCounters.prune(new Date(0));
  await expect(daemon.lockedDomains.add([domain('x.example')], new Date(), 'x')).rejects.toMatchObject({
    code: 'store-forbidden',
  });
});

/** As workers do now and then: what became of pieces is archived and dropped. */
async function maintain(url: string): Promise<void> {
  const boss = new PgBoss({
    connectionString: url,
    schema: 'unsent_jobs',
    migrate: false,
    supervise: false,
    schedule: false,
  });
  await boss.start();
  await boss.maintain();
  await boss.getDb().executeSql('UPDATE unsent_jobs.version SET maintained_on = now()', []);
  await boss.stop({ graceful: false });
}
