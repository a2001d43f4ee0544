import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import { portOf } from '../../../test/support/ports.ts';
import type { Decision } from '../src/decision.ts';
import type { PolicyRequest } from '../src/request.ts';
import { createPolicyServer, type PolicyServer, type PolicyServerOptions } from '../src/server.ts';

let open: { server: PolicyServer; sockets: Socket[] } | null = null;

afterEach(async () => {
  for (const socket of open?.sockets ?? []) socket.destroy();
  await open?.server.close();
  open = null;
});

describe('a policy server', () => {
  test('answers several requests on one connection in their order, the slow ones too', async () => {
    const { ask } = await serve((request) =>
      request.sender === 'slow'
        ? new Promise((resolve) => setTimeout(() => resolve(decision('slow')), 20))
        : decision(request.sender),
    );
    expect(await ask('sender=slow\n\nsender=b\n\nsender=c\n\n', 3)).toEqual(['slow', 'b', 'c']);
  });

  test('takes a request byte by byte', async () => {
    const { socket, answers } = await serve((request) => decision(request.sender));
    for (const byte of 'sender=x\n\n') {
      socket.write(byte);
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect(await answers(1)).toEqual(['x']);
  });

  test('keeps apart what two clients send in pieces by turns', async () => {
    const { socket, port, answers } = await serve((request) => decision(request.sender));
    const other = connect(port, '127.0.0.1');
    open?.sockets.push(other);
    const said = once(other, 'data');
    for (const piece of ['sender', '=', 'first', '\n\n']) {
      socket.write(piece);
      await later();
      other.write(piece.replace('first', 'other'));
      await later();
    }
    expect(await answers(1)).toEqual(['first']);
    expect(String((await said)[0])).toBe('action=other\n\n');
  });

  test('closes a connection that is silent for longer than idleTimeoutMs, and no other', async () => {
    let nowMs = 0;
    const options = { idleTimeoutMs: 40, clock: () => nowMs };
    const { server, port, ask } = await serve((request) => decision(request.sender), options);
    const silent = connect(port, '127.0.0.1');
    while (server.connections() < 2) await later();
    nowMs = 30;
    expect(await ask('sender=busy\n\n', 1)).toEqual(['busy']);
    nowMs = 60;
    await once(silent.resume(), 'close');
    expect(await ask('sender=again\n\n', 2)).toEqual(['busy', 'again']);
  });

  test('closes a connection that speaks something else, and no other', async () => {
    const { port, ask, malformed } = await serve((request) => decision(request.sender));
    const stranger = connect(port, '127.0.0.1');
    stranger.end('GET / HTTP/1.1\r\n\r\n\n\n');
    await new Promise((resolve) => stranger.once('close', resolve));
    expect(malformed).toEqual(['a line without "="']);
    expect(await ask('sender=still-here\n\n', 1)).toEqual(['still-here']);
  });

  test('answers a client that has shut down its writing side', async () => {
    const { socket, answers } = await serve(
      (request) => new Promise((resolve) => setTimeout(() => resolve(decision(request.sender)), 10)),
    );
    socket.end('sender=half\n\n');
    expect(await answers(1)).toEqual(['half']);
  });

  test('close() finishes what is in flight', async () => {
    let isAsked = (): void => {};
    const asked = new Promise<void>((resolve) => {
      isAsked = resolve;
    });
    const { socket, answers, server } = await serve((request) => {
      isAsked();
      return new Promise((resolve) => setTimeout(() => resolve(decision(request.sender)), 30));
    });
    socket.write('sender=last\n\n');
    await asked;
    const closed = server.close();
    expect(await answers(1)).toEqual(['last']);
    await closed;
    expect(server.connections()).toBe(0);
  });
});

function decision(text: string): Decision {
  const action = { kind: 'restriction', name: text } as const;
  return { action, intended: action, rule: 'skip', identity: null, outcome: null, domain: null, reason: '' };
}

/** After what was written has been read, too. */
function later(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 4));
}

async function serve(
  answer: (request: PolicyRequest) => Decision | Promise<Decision>,
  options: Partial<PolicyServerOptions> = {},
) {
  const malformed: string[] = [];
  const events = { onDecision: () => {}, onMalformed: (why: string) => void malformed.push(why) };
  const server = createPolicyServer({ answer, events, clock: () => 0, ...options });
  const port = portOf(await server.listen({ host: '127.0.0.1', port: 0 }));
  const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true });
  open = { server, sockets: [socket] };
  let text = '';
  socket.on('data', (chunk: Buffer) => {
    text += chunk.toString();
  });
  const answers = async (count: number): Promise<string[]> => {
    for (let i = 0; i < 500 && text.split('\n\n').length <= count; i++) await new Promise((r) => setTimeout(r, 4));
    return text
      .split('\n\n')
      .slice(0, -1)
      .map((one) => one.replace(/^action=/, ''));
  };
  const ask = (requests: string, count: number): Promise<string[]> => {
    socket.write(requests);
    return answers(count);
  };
  return { server, socket, port, ask, answers, malformed };
}
