import { readFileSync } from 'node:fs';
import pg from 'pg';
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
