import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { Duplex } from 'node:stream';
import fc from 'fast-check';
import { afterEach, describe, expect, test } from 'vitest';
import { portOf } from '../../../test/support/ports.ts';
import type { Decision } from '../src/decision.ts';
import type { PolicyRequest } from '../src/request.ts';
import { createPolicyServer, type PolicyServer } from '../src/server.ts';
import { servePolicy } from '../src/session.ts';

let running: { server: PolicyServer; sockets: Socket[] } | null = null;

afterEach(async () => {
  for (const socket of running?.sockets ?? []) socket.destroy();
  await running?.server.close();
  running = null;
});

describe('a hostile client', () => {
  test('that sends any bytes in any pieces, and hangs up or lingers, harms no other and leaves nothing behind', async () => {
    const { server, open } = await serve();
    const neighbour = await open();
    const piece = fc.oneof(
      fc.uint8Array({ maxLength: 40 }).map((bytes) => Buffer.from(bytes)),
      fc.constantFrom('sender=x\n', '\n', '\n\n', 'sender=x\n\n', '=\n\n', 'a', '\0').map((text) => Buffer.from(text)),
    );
    let asked = 0;
    await fc.assert(
      fc.asyncProperty(
        fc.array(piece, { maxLength: 8 }),
        fc.constantFrom('half-open', 'reset', 'linger'),
        async (pieces, ending) => {
          const stranger = await open();
          for (const one of pieces) if (!stranger.destroyed) stranger.write(one);
          if (ending === 'half-open') stranger.end();
          else if (ending === 'reset') stranger.resetAndDestroy();
          expect(await ask(neighbour, `sender=neighbour${++asked}\n\n`)).toBe(`action=neighbour${asked}\n\n`);
          stranger.destroy();
        },
      ),
      { numRuns: 40 },
    );
    for (let i = 0; server.connections() > 1 && i < 500; i++) await new Promise((resolve) => setTimeout(resolve, 4));
    expect(server.connections()).toBe(1);
  });

  test('that never reads its answers is read no further', async () => {
    const { stream, asked, take } = unreadStream();
    for (let i = 0; i < 100; i++) stream.push(`sender=s${i}\n\n`);
    await new Promise((resolve) => setImmediate(resolve));
    // As many as are handed over together: 16 KiB of answers.
    expect(asked.length).toBeLessThan(25);
    await take(100);
    expect(asked).toEqual(Array.from({ length: 100 }, (_, i) => `s${i}`));
  });
});

function decision(text: string): Decision {
  const action = { kind: 'restriction', name: text } as const;
  return { action, intended: action, rule: 'skip', identity: null, outcome: null, domain: null, reason: '' };
}

const EVENTS = { onDecision: () => {}, onMalformed: () => {} };
const answer = (request: PolicyRequest): Decision => decision(request.sender === '' ? 'empty' : request.sender);

async function serve() {
  const server = createPolicyServer({ answer, events: EVENTS, clock: () => 0 });
  const port = portOf(await server.listen({ host: '127.0.0.1', port: 0 }));
  const sockets: Socket[] = [];
  running = { server, sockets };
  const open = async (): Promise<Socket> => {
    const socket = connect(port, '127.0.0.1');
    socket.on('error', () => {});
    socket.resume();
    sockets.push(socket);
    await once(socket, 'connect');
    return socket;
  };
  return { server, open };
}

async function ask(socket: Socket, text: string): Promise<string> {
  const answered = once(socket, 'data');
  socket.write(text);
  const [chunk] = await answered;
  return String(chunk);
}

/** A stream whose reader takes an answer only when it is told to. */
function unreadStream() {
  const asked: string[] = [];
  let taken = (): void => {};
  const stream = new Duplex({
    writableHighWaterMark: 16,
    read() {},
    write(_chunk, _encoding, done) {
      taken = () => {
        taken = () => {};
        done();
      };
    },
  });
  servePolicy(stream, {
    answer: (request) => {
      asked.push(request.sender);
      return decision('x'.repeat(800));
    },
    events: EVENTS,
    clock: () => 0,
  });
  const take = async (count: number): Promise<void> => {
    for (let i = 0; i < count; i++) {
      taken();
      await new Promise((resolve) => setImmediate(resolve));
    }
  };
  return { stream, asked, take };
}
