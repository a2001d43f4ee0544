import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { parseZoneText, zoneResolver } from '@unsent/dns';
import { createRecordCache } from '@unsent/spf';
import { expect, test } from 'vitest';
import { name } from '../../../test/support/names.ts';
import { portOf } from '../../../test/support/ports.ts';
import { createAnswerer } from '../src/answerer.ts';
import type { Decision } from '../src/decision.ts';
import { createInvestigator } from '../src/investigator.ts';
import { presetPolicy } from '../src/policy.ts';
import { takeRequest } from '../src/protocol.ts';
import { createPolicyServer } from '../src/server.ts';

test('a connection above maxConnections is closed without an answer, and a place that is left is given away', async () => {
  const action = { kind: 'dunno' } as const;
  const dunno: Decision = {
    action,
    intended: action,
    rule: 'skip',
    identity: null,
    outcome: null,
    domain: null,
    reason: '',
  };
  const events = { onDecision: () => {}, onMalformed: () => {} };
  const server = createPolicyServer({ answer: () => dunno, events, clock: () => 0, maxConnections: 2 });
  const port = portOf(await server.listen({ host: '127.0.0.1', port: 0 }));
  const first = await askedOn(connect(port, '127.0.0.1'));
  const second = await askedOn(connect(port, '127.0.0.1'));
  expect([first.said, second.said]).toEqual(['action=DUNNO\n\n', 'action=DUNNO\n\n']);

  expect((await askedOn(connect(port, '127.0.0.1'))).said).toBe('');
  expect((await askedOn(first.socket)).said).toBe('action=DUNNO\n\n');

  second.socket.destroy();
  while (server.connections() > 1) await new Promise((resolve) => setImmediate(resolve));
  const next = await askedOn(connect(port, '127.0.0.1'));
  expect(next.said).toBe('action=DUNNO\n\n');
  for (const { socket } of [first, next]) socket.destroy();
  await server.close();
});

test('the newest maxInstances messages get their header once; twice as many are remembered at most', () => {
  const maxInstances = 3;
  const ask = answererWith(maxInstances);
  expect([ask('m0'), ask('m0'), ask('m1'), ask('m2')]).toEqual(['prepend', 'dunno', 'prepend', 'prepend']);
  expect(ask('m0')).toBe('dunno');
  for (let i = maxInstances; i <= 2 * maxInstances; i++) expect(ask(`m${i}`)).toBe('prepend');
  expect(ask('m0')).toBe('prepend');
});

/** Sends one request; '' when the connection is closed instead of answered. */
async function askedOn(socket: Socket): Promise<{ readonly socket: Socket; readonly said: string }> {
  const ended = new Promise<string>((resolve) => {
    socket.once('error', () => resolve('')); // a reset is a close, too
    socket.once('close', () => resolve(''));
  });
  socket.write('request=smtpd_access_policy\nprotocol_state=RCPT\n\n');
  return { socket, said: await Promise.race([ended, once(socket, 'data').then(String)]) };
}

/** What is done with a good message of that instance: a header is added, or nothing. */
function answererWith(maxInstances: number): (instance: string) => string {
  const { records } = parseZoneText('@ TXT "v=spf1 ip4:192.0.2.0/24 -all"', { origin: name('plain.example') });
  const now = (): Date => new Date('2026-11-23T12:00:00Z');
  const investigator = createInvestigator({
    resolver: zoneResolver(records),
    recordCache: createRecordCache(10),
    clock: { now: () => now().getTime(), after: () => () => {} },
    now,
  });
  const policy = { ...presetPolicy('standard', 'mx.example.org'), skip: [] };
  const answer = createAnswerer({
    investigator,
    policy: () => policy,
    own: () => ({ neverSends: () => null }),
    now,
    maxInstances,
  });
  return (instance) => {
    const taken = takeRequest(
      Buffer.from(
        `protocol_state=RCPT\nclient_address=192.0.2.1\nsender=anna@plain.example\nrecipient=you@example.com\ninstance=${instance}\n\n`,
      ),
    );
    if (taken.kind !== 'request') throw new Error(taken.kind);
    const decision = answer(taken.request);
    if (decision instanceof Promise) throw new Error('a zone in memory answers at once');
    return decision.action.kind;
  };
}
