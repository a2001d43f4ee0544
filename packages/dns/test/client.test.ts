import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { afterEach, describe, expect, test } from 'vitest';
import { freePort } from '../../../test/support/ports.ts';
import { type DnsClient, type DnsClientOptions, dnsClient, formatDnsServer, systemServers } from '../src/index.ts';
import { type Asked, respond, soa } from './support/messages.ts';
import { name } from './support/names.ts';
import { type Replies, type StandIn, type StandInOptions, standIn } from './support/stand-in.ts';

const asked = name('www.example.com');
const opened: (DnsClient | StandIn)[] = [];

afterEach(async () => {
  for (const one of opened.splice(0)) {
    if ('close' in one) one.close();
    else await one[Symbol.asyncDispose]();
  }
});

function client(options: DnsClientOptions): DnsClient {
  const made = dnsClient({ timeoutMs: 300, ...options });
  opened.push(made);
  return made;
}

async function server(reply: (asked: Asked) => Replies, options?: StandInOptions): Promise<StandIn> {
  const made = await standIn(reply, options);
  opened.push(made);
  return made;
}

const record = (data = '192.0.2.1', owner: string = asked): object => ({ name: owner, type: 'A', ttl: 60, data });
const answer = (query: Asked, data?: string): Buffer => respond(query, { answers: [record(data, query.name)] });
const good = { kind: 'records', data: ['192.0.2.1'], ttlSeconds: 60 };

describe('one server', () => {
  test('is asked with RD and EDNS 1232, and its answer comes back', async () => {
    const { server: at, asked: queries } = await server((query) => [answer(query)]);
    expect(await client({ servers: [at] }).resolve(asked, 'A')).toEqual(good);
    expect(queries).toMatchObject([
      { name: 'www.example.com', type: 'A', isRecursive: true, payloadOctets: 1232, overTcp: false },
    ]);
  });

  test('is asked without RD when it is authoritative', async () => {
    const { server: at, asked: queries } = await server((query) => [answer(query)]);
    await client({ servers: [at], isRecursive: false }).resolve(asked, 'A');
    expect(queries).toMatchObject([{ isRecursive: false }]);
  });

  test.each([
    [2, 'servfail', 'SERVFAIL'],
    [5, 'refused', 'REFUSED'],
    [9, 'servfail', 'NOTAUTH'],
    [11, 'servfail', 'rcode 11'],
  ])('rcode %i is the failure %s', async (rcode, cause, says) => {
    const { server: at, asked: queries } = await server((query) => [respond(query, { rcode })]);
    const failure = await client({ servers: [at] }).resolve(asked, 'A');
    expect(failure).toEqual({ kind: 'failure', cause, detail: `${formatDnsServer(at)}: ${says}` });
    // It has answered: asking again would change nothing.
    expect(queries).toHaveLength(1);
  });

  test('is asked without EDNS once it has rejected it, from then on', async () => {
    const { server: at, asked: queries } = await server((query) => [
      query.payloadOctets > 0 ? respond(query, { rcode: 1, questions: [] }) : answer(query),
    ]);
    const own = client({ servers: [at] });
    expect(await own.resolve(asked, 'A')).toEqual(good);
    await own.resolve(name('other.example.com'), 'A');
    expect(queries.map(({ payloadOctets }) => payloadOctets)).toEqual([1232, 0, 0]);
  });

  test('is silent: as many tries as told, then a timeout', async () => {
    const { server: at, asked: queries } = await server(() => []);
    const own = client({ servers: [at], timeoutMs: 30, tries: 3 });
    expect(await own.resolve(asked, 'A')).toEqual({
      kind: 'failure',
      cause: 'timeout',
      detail: `${formatDnsServer(at)}: no answer within 30 ms`,
    });
    expect(queries).toHaveLength(3);
    expect(own.stats()).toMatchObject({ timeouts: 3, inFlight: 0 });
  });

  test('loses a packet: the second try brings the answer', async () => {
    let packets = 0;
    const { server: at } = await server((query) => (++packets === 1 ? [] : [answer(query)]));
    expect(await client({ servers: [at], timeoutMs: 30 }).resolve(asked, 'A')).toEqual(good);
  });

  test('is slower than a try may take: its answer to the first comes while the second waits, and counts', async () => {
    let askAgain = (): void => {};
    const askedAgain = new Promise<void>((resolve) => {
      askAgain = resolve;
    });
    const { server: at, asked: queries } = await server((query) => {
      if (queries.length === 1) return [{ after: askedAgain, message: answer(query) }];
      askAgain();
      return [];
    });
    const own = client({ servers: [at], timeoutMs: 300 });
    expect(await own.resolve(asked, 'A')).toEqual(good);
    expect(queries).toHaveLength(2);
    expect(own.stats()).toMatchObject({ timeouts: 1, inFlight: 0, deadServers: 0 });
  });

  test('fails late: the try under way is waited for', async () => {
    let askAgain = (): void => {};
    const askedAgain = new Promise<void>((resolve) => {
      askAgain = resolve;
    });
    const { server: at, asked: queries } = await server((query) => {
      if (queries.length === 1) return [{ after: askedAgain, message: respond(query, { rcode: 2 }) }];
      askAgain();
      return [{ afterMs: 20, message: answer(query) }];
    });
    expect(await client({ servers: [at], timeoutMs: 300 }).resolve(asked, 'A')).toEqual(good);
  });

  test('is not there: the system says so, long before the timeout', async () => {
    const own = client({ servers: [{ address: '127.0.0.1', port: await freePort() }], timeoutMs: 20_000 });
    expect(await own.resolve(asked, 'A')).toMatchObject({ kind: 'failure', cause: 'unreachable' });
  });

  test('sends a referral: it does not recurse, so it is no help', async () => {
    const ns = { name: 'example.com', type: 'NS', ttl: 60, data: 'ns.example.com' };
    const { server: at } = await server((query) => [
      respond(query, { authorities: [ns], isRecursionAvailable: false }),
    ]);
    expect(await client({ servers: [at] }).resolve(asked, 'A')).toMatchObject({ kind: 'failure', cause: 'servfail' });
  });

  test('sends octets that are no message behind a good header', async () => {
    const { server: at } = await server((query) => [answer(query).subarray(0, -3)]);
    expect(await client({ servers: [at] }).resolve(asked, 'A')).toMatchObject({ kind: 'failure', cause: 'malformed' });
  });
});

describe('answers to another question are ignored, the right one after them is taken', () => {
  test.each<readonly [string, (query: Asked) => Buffer]>([
    ['another id', (query) => answer({ ...query, id: query.id ^ 1 })],
    ['another name', (query) => answer({ ...query, name: 'www.example.org' })],
    ['another type', (query) => respond({ ...query, type: 'TXT' }, { answers: [record('192.0.2.66')] })],
    ['another class', (query) => respond(query, { questions: [{ name: asked, type: 'A', class: 'CH' }] })],
    ['no question', (query) => respond(query, { questions: [], answers: [record('192.0.2.66')] })],
    ['a query', (query) => query.octets],
    ['an empty packet', () => Buffer.alloc(0)],
    ['half a header', (query) => answer(query).subarray(0, 7)],
  ])('%s', async (_what, forge) => {
    const { server: at } = await server((query) => [forge(query), answer(query)]);
    const own = client({ servers: [at] });
    expect(await own.resolve(asked, 'A')).toEqual(good);
    expect(own.stats()).toMatchObject({ ignored: 1, retries: 0 });
  });

  test('what comes from another address is dropped by the kernel', async () => {
    const forger = await server(() => []);
    const { server: at } = await server((query) => {
      void import('node:dgram').then(({ createSocket }) => {
        const socket = createSocket('udp4');
        socket.send(answer(query, '192.0.2.66'), query.port, '127.0.0.1', () => socket.close());
      });
      return [{ afterMs: 50, message: answer(query) }];
    });
    const own = client({ servers: [at] });
    expect(await own.resolve(asked, 'A')).toEqual(good);
    expect(own.stats().ignored).toBe(0);
    expect(forger.asked).toEqual([]);
  });
});

describe('ids and ports (RFC 5452)', () => {
  test('ids and ports are spread, sockets are replaced', async () => {
    const { server: at, asked: queries } = await server((query) => [answer(query)]);
    const own = client({ servers: [at], timeoutMs: 5_000 });
    const count = 6_000;
    for (let batch = 0; batch < count; batch += 100)
      await Promise.all(Array.from({ length: 100 }, (_, i) => own.resolve(name(`n${batch + i}.example.com`), 'A')));
    const ports = new Set(queries.map(({ port }) => port));
    // A socket serves 256 to 511 questions: 6,000 questions need at least 12, and 8 are open at a time.
    expect(ports.size).toBeGreaterThanOrEqual(12);
    expect(own.stats().socketsOpened).toBe(ports.size);
    // 6,000 random numbers of 65,536 repeat about 270 times; a counter never would.
    const ids = new Set(queries.map(({ id }) => id));
    expect(count - ids.size).toBeGreaterThan(150);
    expect(count - ids.size).toBeLessThan(450);
    const steps = queries.slice(1).filter((query, i) => query.id === (queries[i]?.id ?? 0) + 1);
    expect(steps.length).toBeLessThan(10);
  });
});

describe('sockets', () => {
  const portsOf = async (address: string, questions: number, atOnce: number): Promise<number> => {
    const { server: at, asked: queries } = await server((query) => [answer(query)]);
    const own = client({ servers: [{ ...at, address }], timeoutMs: 5_000 });
    for (let batch = 0; batch < questions; batch += atOnce)
      await Promise.all(Array.from({ length: atOnce }, (_, i) => own.resolve(name(`n${batch + i}.example.com`), 'A')));
    return new Set(queries.map(({ port }) => port)).size;
  };

  test('questions to a server elsewhere are spread over all of them', async () => {
    // An address that leads to this host, and is not the one that only this host can send from.
    expect(await portsOf('0.0.0.0', 100, 1)).toBe(8);
  });

  test.each([
    [1, 1],
    [64, 1],
    [100, 2],
    [200, 4],
  ])('%i questions at once to a server on this host take %i', async (atOnce, sockets) => {
    expect(await portsOf('127.0.0.1', atOnce, atOnce)).toBe(sockets);
  });
});

describe('truncation', () => {
  const long = Array.from({ length: 200 }, (_, i) => record(`192.0.2.${i}`));
  const overTcpOnly = (query: Asked): Replies =>
    query.overTcp ? [respond(query, { answers: long })] : [respond(query, { isTruncated: true })];

  test.each([1, 2, 3, 7, 70_000])('goes to TCP, in chunks of %i octets', async (chunkOctets) => {
    const { server: at, asked: queries } = await server(overTcpOnly, { chunkOctets });
    const own = client({ servers: [at], timeoutMs: 10_000 });
    const found = await own.resolve(asked, 'A');
    expect(found.kind === 'records' ? found.data : []).toHaveLength(200);
    expect(queries.map(({ overTcp }) => overTcp)).toEqual([false, true]);
  });

  test('asks many questions over one connection and takes the answers in any order', async () => {
    const { server: at, connections } = await server((query) =>
      query.overTcp
        ? [{ afterMs: Number(query.name.slice(1, 2)) * 5, message: answer(query) }]
        : [respond(query, { isTruncated: true })],
    );
    const own = client({ servers: [at], timeoutMs: 5_000 });
    const names = [9, 3, 7, 1, 5].map((n) => name(`n${n}.example.com`));
    const found = await Promise.all(names.map((one) => own.resolve(one, 'A')));
    expect(found).toEqual(names.map(() => good));
    expect(connections).toHaveLength(1);
  });

  test('asks again when the server closes a connection that it had answered on', async () => {
    const { server: at, connections } = await server(overTcpOnly, { closeAfter: 2 });
    const own = client({ servers: [at], timeoutMs: 5_000 });
    for (let i = 0; i < 3; i++) expect(await own.resolve(asked, 'A')).toMatchObject({ kind: 'records' });
    expect(connections).toHaveLength(3);
  });

  test('is a failure when TCP is closed in its face', async () => {
    const { server: at } = await server(overTcpOnly, { closeAfter: 1 });
    const failure = await client({ servers: [at] }).resolve(asked, 'A');
    expect(failure).toMatchObject({ kind: 'failure', cause: 'unreachable' });
  });

  test('is a failure when the response over TCP is cut off too', async () => {
    const { server: at } = await server((query) => [respond(query, { isTruncated: true, answers: [record()] })]);
    const own = client({ servers: [at] });
    expect(await own.resolve(asked, 'A')).toMatchObject({ kind: 'failure', cause: 'malformed' });
    expect(own.stats().deadServers).toBe(0);
  });

  test('is a timeout when TCP is silent, and the next question gets a new connection', async () => {
    let queries = 0;
    const { server: at, connections } = await server((query) =>
      query.overTcp && ++queries === 1 ? [] : overTcpOnly(query),
    );
    const own = client({ servers: [at], timeoutMs: 100, tries: 1 });
    expect(await own.resolve(asked, 'A')).toMatchObject({ kind: 'failure', cause: 'timeout' });
    expect(await own.resolve(asked, 'A')).toMatchObject({ kind: 'records' });
    expect(connections).toHaveLength(2);
  });
});

describe('several servers', () => {
  test('a dead first one costs a timeout once or twice, then it is asked last', async () => {
    const dead = await server(() => []);
    const alive = await server((query) => [answer(query)]);
    const own = client({ servers: [dead.server, alive.server], timeoutMs: 50 });
    for (let i = 0; i < 6; i++) expect(await own.resolve(asked, 'A')).toEqual(good);
    expect(dead.asked).toHaveLength(2);
    expect(own.stats()).toMatchObject({ deadServers: 1, timeouts: 2 });
  });

  test('one that is not there is asked last at once', async () => {
    const gone = { address: '127.0.0.1', port: await freePort() };
    const alive = await server((query) => [answer(query)]);
    const own = client({ servers: [gone, alive.server], timeoutMs: 5_000 });
    expect(await own.resolve(asked, 'A')).toEqual(good);
    expect(own.stats()).toMatchObject({ deadServers: 1, timeouts: 0 });
  });

  test.each([2, 5])('rcode %i from the first: the second may know', async (rcode) => {
    const first = await server((query) => [respond(query, { rcode })]);
    const second = await server((query) => [answer(query)]);
    const own = client({ servers: [first.server, second.server] });
    expect(await own.resolve(asked, 'A')).toEqual(good);
    expect(own.stats().deadServers).toBe(0);
  });

  test('all dead ones are still asked', async () => {
    let isUp = false;
    const first = await server((query) => (isUp ? [answer(query)] : []));
    const second = await server(() => []);
    const own = client({ servers: [first.server, second.server], timeoutMs: 20 });
    await own.resolve(asked, 'A');
    expect(own.stats().deadServers).toBe(2);
    isUp = true;
    expect(await own.resolve(asked, 'A')).toEqual(good);
    expect(own.stats().deadServers).toBe(1);
  });

  test('NXDOMAIN is an answer: nobody else is asked', async () => {
    const first = await server((query) => [respond(query, { rcode: 3, authorities: [soa('example.com', 300, 60)] })]);
    const second = await server((query) => [answer(query)]);
    const own = client({ servers: [first.server, second.server] });
    expect(await own.resolve(asked, 'A')).toEqual({ kind: 'nxdomain', ttlSeconds: 60 });
    expect(second.asked).toEqual([]);
  });

  test('none is a failure', async () => {
    expect(await client({ servers: [] }).resolve(asked, 'A')).toMatchObject({ kind: 'failure', cause: 'unreachable' });
  });

  test('an address without a route is a failure at once', async () => {
    // The kernel refuses to connect a socket to the broadcast address.
    const own = client({ servers: [{ address: '255.255.255.255', port: 53 }], timeoutMs: 20_000 });
    expect(await own.resolve(asked, 'A')).toMatchObject({ kind: 'failure', cause: 'unreachable' });
  });

  test('an address that the system refuses is a failure', async () => {
    const own = client({ servers: [{ address: 'not-an-address', port: 99_999 }] });
    expect(await own.resolve(asked, 'A')).toMatchObject({ kind: 'failure', cause: 'unreachable' });
  });
});

describe('CNAMEs that lead out of the response', () => {
  const alias = (from: string, to: string): object => ({ name: from, type: 'CNAME', ttl: 20, data: to });

  test('are followed with another question', async () => {
    const { server: at, asked: queries } = await server((query) =>
      query.name === 'x.example' ? [answer(query)] : [respond(query, { answers: [alias(query.name, 'x.example')] })],
    );
    expect(await client({ servers: [at] }).resolve(asked, 'A')).toEqual({ ...good, ttlSeconds: 20 });
    expect(queries.map(({ name: of }) => of)).toEqual(['www.example.com', 'x.example']);
  });

  test('and never end are a failure', async () => {
    const { server: at, asked: queries } = await server((query) => [
      respond(query, { answers: [alias(query.name, `${Number.parseInt(query.name, 10) + 1 || 1}.example`)] }),
    ]);
    expect(await client({ servers: [at] }).resolve(asked, 'A')).toMatchObject({ kind: 'failure', cause: 'servfail' });
    expect(queries).toHaveLength(17);
  });
});

describe('limits', () => {
  test('no more questions in flight than told; the others wait for their turn', async () => {
    const { server: at } = await server((query) => [{ afterMs: 5, message: answer(query) }]);
    const own = client({ servers: [at], maxInFlight: 3, timeoutMs: 5_000 });
    const all = Promise.all(Array.from({ length: 10 }, (_, i) => own.resolve(name(`n${i}.example.com`), 'A')));
    expect(own.stats()).toMatchObject({ inFlight: 3, waiting: 7 });
    expect(await all).toEqual(Array.from({ length: 10 }, () => good));
    expect(own.stats()).toMatchObject({ inFlight: 0, waiting: 0 });
  });

  test('10,000 questions to nobody fail one after another', async () => {
    const own = client({ servers: [{ address: '127.0.0.1', port: 99_999 }], maxInFlight: 10 });
    const found = await Promise.all(Array.from({ length: 10_000 }, () => own.resolve(asked, 'A')));
    expect(new Set(found.map(({ kind }) => kind))).toEqual(new Set(['failure']));
  });
});

describe('abort', () => {
  test.each([
    ['in flight', 100],
    ['waiting', 0],
  ])('of a question that is %s rejects and leaves nothing behind', async (_what, maxInFlight) => {
    const { server: at } = await server(() => []);
    const own = client({ servers: [at], maxInFlight, timeoutMs: 10_000 });
    const abort = new AbortController();
    const found = own.resolve(asked, 'A', abort.signal);
    await delay(10);
    abort.abort(new Error('enough'));
    await expect(found).rejects.toThrow('enough');
    expect(own.stats()).toMatchObject({ inFlight: 0, waiting: 0 });
  });

  test('in the turn in which it was asked sends nothing', async () => {
    const { server: at, asked: queries } = await server((query) => [answer(query)]);
    const own = client({ servers: [at] });
    // The sockets are connected from here on.
    await Promise.all(Array.from({ length: 100 }, () => own.resolve(asked, 'A')));
    const abort = new AbortController();
    const given = Array.from({ length: 10 }, () => own.resolve(asked, 'A', abort.signal));
    abort.abort(new Error('enough'));
    expect(await Promise.allSettled(given)).toMatchObject(given.map(() => ({ status: 'rejected' })));
    await own.resolve(asked, 'A');
    expect(queries).toHaveLength(101);
    expect(own.stats()).toMatchObject({ sentUdp: 101, inFlight: 0 });
  });

  test('before the question asks nothing', async () => {
    const { server: at, asked: queries } = await server((query) => [answer(query)]);
    const own = client({ servers: [at] });
    await expect(own.resolve(asked, 'A', AbortSignal.abort(new Error('enough')))).rejects.toThrow('enough');
    expect(queries).toEqual([]);
  });

  test('after the answer means nothing', async () => {
    const { server: at } = await server((query) => [answer(query)]);
    const abort = new AbortController();
    const found = await client({ servers: [at] }).resolve(asked, 'A', abort.signal);
    abort.abort();
    expect(found).toEqual(good);
  });
});

test('close fails what is under way, and later questions', async () => {
  const { server: at } = await server(() => []);
  const own = client({ servers: [at], maxInFlight: 1, timeoutMs: 10_000 });
  const waiting = [own.resolve(asked, 'A'), own.resolve(asked, 'A')];
  await delay(10);
  own.close();
  own.close();
  for (const found of [...waiting, own.resolve(asked, 'A')])
    expect(await found).toMatchObject({ kind: 'failure', cause: 'unreachable', detail: 'the DNS client is closed' });
});

describe('query', () => {
  test('gives all sections of one response, any type', async () => {
    const { server: at } = await server((query) => [
      respond(query, { isAuthoritative: true, answers: [soa('example.com', 300, 60)], additionals: [record()] }),
    ]);
    expect(await client({ servers: [at] }).query(name('example.com'), 'soa')).toEqual({
      kind: 'message',
      isNxdomain: false,
      isAuthoritative: true,
      answers: [
        { name: 'example.com', type: 'SOA', ttlSeconds: 300, text: 'ns.example.com. host.example.com. 1 2 3 4 60' },
      ],
      authority: [],
      additional: [{ name: 'www.example.com', type: 'A', data: '192.0.2.1', ttlSeconds: 60 }],
    });
  });

  test('refuses what is no type', async () => {
    expect(await client({ servers: [] }).query(asked, 'NOPE')).toMatchObject({ kind: 'failure', cause: 'malformed' });
  });
});

test('random octets from a server never make more of a question than an answer or a failure', async () => {
  const octets = fc.sample(fc.uint8Array({ maxLength: 200 }), { numRuns: 150, seed: 5 });
  let next = 0;
  const { server: at } = await server((query) => {
    const forged = Buffer.from(octets[next++ % octets.length] ?? []);
    const head = answer(query).subarray(0, 33);
    head.writeUInt16BE(next % 5, 6);
    return [forged, Buffer.concat([head, forged])];
  });
  const own = client({ servers: [at], tries: 1, timeoutMs: 2_000 });
  const found = await Promise.all(octets.map(() => own.resolve(asked, 'A')));
  for (const { kind } of found) expect(['records', 'nodata', 'failure']).toContain(kind);
  expect(found).toHaveLength(150);
});

describe('systemServers', () => {
  test('a file that is missing means the local host', () => {
    expect(systemServers('/nonexistent/resolv.conf')).toEqual([{ address: '127.0.0.1', port: 53 }]);
  });

  test('a file without servers means the local host', () => {
    expect(systemServers(fileURLToPath(import.meta.url))).toEqual([{ address: '127.0.0.1', port: 53 }]);
  });
});
