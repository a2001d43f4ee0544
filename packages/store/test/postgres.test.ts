import { randomUUID } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { describe, expect, inject, onTestFinished, test, vi } from 'vitest';
import { networkTo } from '../../../test/support/network.ts';
import { startPostgres } from '../../../test/support/postgres.ts';
import { openStore } from '../src/index.ts';
import { openPostgres } from '../src/postgres.ts';
import { failureOf } from '../src/postgres-errors.ts';
import type { Engine } from '../src/sql.ts';
import { temporaryFolder } from './support/folder.ts';
import { entry, joinTouching, locationOf, store } from './support/store.ts';

const NOVEMBER = Date.UTC(2026, 10, 23);

async function open(location = locationOf(randomUUID())): Promise<Engine> {
  const engine = await openPostgres(location, { busyLimitMs: 5000 });
  onTestFinished(() => engine.close());
  return engine;
}

async function admin(statement: string): Promise<readonly Record<string, unknown>[]> {
  const client = new pg.Client(inject('postgresUrl') ?? '');
  await client.connect();
  try {
    return (await client.query(statement)).rows;
  } finally {
    await client.end();
  }
}

describe('the schema', () => {
  test('may be made by several at once', async () => {
    const location = locationOf('shared');
    const engines = await Promise.all(Array.from({ length: 5 }, () => open(location)));
    for (const engine of engines) expect(await engine.all('SELECT count(*) AS n FROM seen')).toEqual([{ n: 0n }]);
  });

  test("is refused where it is another program's, and left as it was", async () => {
    await admin('CREATE SCHEMA others; CREATE TABLE others.notes (text TEXT)');
    await expect(open(`${inject('postgresUrl')}?schema=others`)).rejects.toMatchObject({ code: 'store-foreign' });
    expect(await admin("SELECT relname FROM pg_class WHERE relnamespace = 'others'::regnamespace")).toHaveLength(1);
  });

  test('of a newer version is refused', async () => {
    const location = locationOf('newer');
    const engine = await open(location);
    await engine.run('UPDATE schema_version SET version = 9999');
    await expect(open(location)).rejects.toMatchObject({ code: 'store-newer' });
  });

  test('stays what it was when a step fails', async () => {
    const location = locationOf('failing');
    const broken = [
      'CREATE TABLE a (x INTEGER) STRICT',
      'CREATE TABLE b (x INTEGER) STRICT; INSERT INTO nowhere VALUES (1)',
    ];
    await expect(openPostgres(location, { migrations: broken })).rejects.toThrow('nowhere');
    const good = await openPostgres(location, { migrations: broken.slice(0, 1) });
    onTestFinished(() => good.close());
    expect(
      await good.all(
        "SELECT relname FROM pg_class WHERE relname = 'b' AND relnamespace = current_schema()::regnamespace",
      ),
    ).toEqual([]);
  });
});

describe('a server that cannot be used', () => {
  const at = (change: (url: URL) => void): string => {
    const url = new URL(inject('postgresUrl') ?? '');
    url.password = 'secret';
    change(url);
    return url.href;
  };
  test.each<[string, string, (url: URL) => void]>([
    ['nobody listens', 'store-unreachable', (url) => Object.assign(url, { port: '1' })],
    ['no such database', 'store-refused', (url) => Object.assign(url, { pathname: '/nosuch' })],
    ['no such user', 'store-refused', (url) => Object.assign(url, { username: 'nobody' })],
    ['no TLS where TLS is demanded', 'store-unreachable', (url) => url.searchParams.set('sslmode', 'require')],
  ])('%s: %s, without a word of the password', async (_, code, change) => {
    const refused = openPostgres(at(change));
    await expect(refused).rejects.toMatchObject({ code, exitCode: 1 });
    await expect(refused).rejects.not.toThrow('secret');
  });

  test('its place is shown without the password', async () => {
    const engine = await open(at((url) => url.searchParams.set('schema', 'shown')));
    expect(engine.place).toMatch(/^postgres:\/\/unsent_admin@127\.0\.0\.1:\d+\/postgres$/);
  });
});

describe('statements', () => {
  test('take 64-bit numbers, bytes and sums through whole', async () => {
    const engine = await open();
    const large = 2n ** 63n - 1n;
    await engine.run('INSERT INTO seen (identity, arrived_at) VALUES (?, ?), (?, ?)', [
      Buffer.from('a\0b'),
      large,
      Buffer.from('c'),
      large,
    ]);
    const [row] = await engine.all('SELECT min(identity::text)::bytea AS identity, sum(arrived_at) AS sum FROM seen');
    expect(row).toEqual({ identity: Buffer.from('a\0b'), sum: 2n * large });
  });

  test('of two transactions that block each other are run again', async () => {
    const engine = await open();
    await engine.run('INSERT INTO seen (identity, arrived_at) VALUES (?, 0), (?, 0)', [
      Buffer.from('a'),
      Buffer.from('b'),
    ]);
    let meeting = 2;
    const raise = (first: string, second: string) =>
      engine.transaction(async (inside) => {
        await inside.run('UPDATE seen SET arrived_at = arrived_at + 1 WHERE identity = ?', [Buffer.from(first)]);
        if (meeting > 0) meeting--;
        while (meeting > 0) await new Promise((resume) => setTimeout(resume, 5));
        await inside.run('UPDATE seen SET arrived_at = arrived_at + 1 WHERE identity = ?', [Buffer.from(second)]);
      });
    await Promise.all([raise('a', 'b'), raise('b', 'a')]);
    expect(await engine.all('SELECT arrived_at FROM seen')).toEqual([{ arrived_at: 2n }, { arrived_at: 2n }]);
  });

  test('that failed and were swallowed do not pass for a commit', async () => {
    const engine = await open();
    const swallowing = engine.transaction((inside) => inside.run('SELECT 1 / 0').catch(() => undefined));
    await expect(swallowing).rejects.toThrow('rolled back');
  });
});

describe('events by month', () => {
  const partitions = async (engine: Engine) =>
    (
      await engine.all(
        "SELECT inhrelid::regclass::text AS name FROM pg_inherits WHERE inhparent = 'event'::regclass ORDER BY 1",
      )
    ).map(({ name }) => name);

  test('go into partitions that are made when they are needed, and far ones into the rest', async () => {
    const engine = await open();
    await engine.server?.prepareMonths([NOVEMBER, Date.UTC(2026, 9, 31, 23, 59), Date.UTC(1970, 0, 1), Number.NaN]);
    expect(await partitions(engine)).toEqual(expect.arrayContaining(['event_2026_10', 'event_2026_11', 'event_other']));
    expect(await partitions(engine)).not.toContain('event_1970_01');
  });

  test('are made once by many', async () => {
    const location = locationOf('months');
    const engines = await Promise.all([open(location), open(location), open(location)] as const);
    await Promise.all(engines.map((engine) => engine.server?.prepareMonths([NOVEMBER, Date.UTC(2026, 1, 1)])));
    expect((await partitions(engines[0])).filter((name) => name === 'event_2026_02')).toHaveLength(1);
  });

  test('are dropped whole, and only when the whole month is over', async () => {
    const location = locationOf('dropping');
    const engine = await open(location);
    const { ledger } = await openStore(location, { joinSpans: joinTouching });
    const { run } = await ledger.startRun(new Date(), [], '');
    const on = (month: number, number: number) => entry(number, { arrivedAt: new Date(Date.UTC(2026, month, 15)) });
    await ledger.recordBatch(run, [on(7, 1), on(8, 2), on(8, 3), on(9, 4)], null);
    expect(await engine.server?.dropMonths(Date.UTC(2026, 9, 1) - 1)).toBe(1);
    expect(await engine.server?.dropMonths(Date.UTC(2026, 9, 1))).toBe(2);
    expect(await engine.all('SELECT count(*) AS n FROM event')).toEqual([{ n: 1n }]);
  });
});

describe('who listens', () => {
  const until = async (isSo: () => boolean): Promise<void> => {
    while (!isSo()) await new Promise((resume) => setTimeout(resume, 10));
  };
  const name = entry(1).domain;

  test('is told of a change, and again when the connection was lost', async () => {
    const path = randomUUID();
    const [{ lockedDomains }, other] = [await store(path), await store(path)];
    let told = 0;
    const stop = await lockedDomains.listen(() => told++);
    onTestFinished(async () => stop?.());
    await until(() => told === 1); // connected
    if (name === null) throw new Error('the entry has a domain');
    await other.lockedDomains.add([name], new Date(NOVEMBER), 'x');
    await until(() => told === 2);
    await admin(`SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE 'LISTEN t%'`);
    await until(() => told === 3);
    await other.lockedDomains.remove([name]);
    await until(() => told === 4);
  });
});

describe('a server that goes away', () => {
  test('in the middle of a batch is waited for, and the batch counts once', async () => {
    const server = await startPostgres();
    onTestFinished(() => server.stop());
    const { ledger } = await openStore(server.url, { joinSpans: joinTouching, busyLimitMs: 60_000 });
    const { run } = await ledger.startRun(new Date(), [], '');
    let added = 0;
    const batches = Array.from({ length: 40 }, (_, batch) =>
      Array.from({ length: 50 }, (__, i) => entry(batch * 40 + i)),
    );
    const recording = (async () => {
      for (const batch of batches) added += (await ledger.recordBatch(run, batch, null)).added.size;
    })();
    for (let crashes = 0; crashes < 2; crashes++) {
      await new Promise((resume) => setTimeout(resume, 150));
      await server.crash();
      await server.start();
    }
    await recording;
    const [total] = await ledger.totalsByDomain({
      run: null,
      domain: null,
      backscatter: null,
      since: null,
      until: null,
    });
    expect([added, total?.messages]).toEqual([39 * 40 + 50, 39 * 40 + 50]);
  });

  test('with the answer to a commit: what was committed is found, and told as done', async () => {
    const network = await networkTo(Number(new URL(inject('postgresUrl') ?? '').port));
    onTestFinished(() => network.close());
    const location = locationOf('lossy');
    const { ledger, journal } = await store('lossy');
    const { run } = await ledger.startRun(new Date(), [], '');
    const through = new URL(location);
    through.port = String(network.port);
    const far = await openStore<unknown, unknown>(through.href, { joinSpans: joinTouching, busyLimitMs: 5000 });
    onTestFinished(() => far.close());
    network.loseAnswerTo('COMMIT');
    expect((await far.ledger.recordBatch(run, [entry(1), entry(2)], null)).added.size).toBe(2);
    network.loseAnswerTo('COMMIT'); // what the batch before had counted is not counted as this one's
    expect([...(await far.ledger.recordBatch(run, [entry(2), entry(3)], null)).added]).toEqual([entry(3).identity]);
    network.loseAnswerTo('COMMIT');
    const zone = entry(1).domain;
    if (zone === null) throw new Error('the entry has a domain');
    const draft = {
      kind: 'lockdown',
      zone,
      provider: 'memory',
      snapshot: {},
      plan: { a: 1 },
      undoes: [],
      zoneText: '',
    } as const;
    await far.journal.begin(new Date(NOVEMBER), () => draft);
    expect(await journal.entries({ zone: null, states: null, limit: null })).toHaveLength(1);
    expect(network.lost()).toBe(3);
  });
});

test('a network that swallows everything is noticed, whatever is asked', async () => {
  const network = await networkTo(Number(new URL(inject('postgresUrl') ?? '').port));
  onTestFinished(() => network.close());
  const through = new URL(locationOf(randomUUID()));
  through.port = String(network.port);
  const engine = await openPostgres(through.href, { busyLimitMs: 100, answerLimitMs: 500 });
  const pieces = await engine.server?.pieceQueue('visitor', (name) => name);
  onTestFinished(() => engine.close());
  network.swallow();
  const asking = [
    pieces?.take('us'),
    pieces?.open(),
    engine.run('SELECT 1'),
    engine.transaction((inside) => inside.all('SELECT 1 AS one')),
  ];
  for (const one of await Promise.allSettled(asking))
    expect(one).toMatchObject({ reason: { code: 'store-unreachable' } });
  network.heal();
  expect(await pieces?.take('us')).toBeNull();
});

test('the password file is read anew for each connection', async () => {
  const file = join(temporaryFolder(), 'password');
  writeFileSync(file, 'one\n');
  const { parsePostgresPlace } = await import('../src/postgres-place.ts');
  const place = parsePostgresPlace(`postgres://u@db.example/x?passwordfile=${file}`);
  expect(await place.readPassword?.()).toBe('one');
  writeFileSync(file, 'two');
  expect(await place.readPassword?.()).toBe('two');
  expect(place.connectionString).not.toContain('passwordfile');
});

test.each([
  [Object.assign(new Error('x'), { code: '40P01' }), 'conflict'],
  [Object.assign(new Error('x'), { code: '57P01' }), 'lost'],
  [Object.assign(new Error('x'), { code: 'ECONNRESET' }), 'lost'],
  [new Error('Connection terminated unexpectedly'), 'lost'],
  [Object.assign(new Error('x'), { code: '23505' }), 'final'],
])('%o is %s', (error, kind) => {
  expect(failureOf(error)).toBe(kind);
});

test.each([
  ['postgres:///fleet?host=/run/postgresql', 'somebody', 'somebody'],
  ['postgres:///fleet?host=/run/postgresql', '', userInfo().username],
  ['postgres://scanner@db.example/fleet', 'somebody', null],
  ['postgres:///fleet?host=/run/postgresql&user=scanner', 'somebody', 'scanner'],
])('%s with PGUSER "%s" logs in as libpq does', async (location, variable, user) => {
  vi.stubEnv('PGUSER', variable);
  vi.stubEnv('USER', 'not-asked');
  onTestFinished(() => void vi.unstubAllEnvs());
  const { parsePostgresPlace } = await import('../src/postgres-place.ts');
  const place = parsePostgresPlace(location);
  expect(new pg.Client({ connectionString: place.connectionString }).user).toBe(user ?? 'scanner');
  expect(place.shown).not.toContain('user=');
});
