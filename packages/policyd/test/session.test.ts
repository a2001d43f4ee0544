import { Duplex } from 'node:stream';
import { expect, test } from 'vitest';
import type { Decision } from '../src/decision.ts';
import { createOutbox } from '../src/outbox.ts';
import type { PolicyRequest } from '../src/request.ts';
import { Session } from '../src/session.ts';

test('what came in together is answered before any of it is told, each client in one piece', async () => {
  const { take, happened } = sessions(2);
  take(0, 'sender=a\n\nsender=b\n\n');
  take(1, 'sender=c\n\n');
  expect(happened).toEqual([]);
  await soon();
  expect(happened).toEqual(['0: a b', '1: c', 'told a', 'told b', 'told c']);
});

test('a decision is told although its client left before the answer', async () => {
  const { take, streams, happened } = sessions(1);
  take(0, 'sender=a\n\n');
  streams[0]?.destroy();
  await soon();
  expect(happened).toEqual(['told a']);
});

test('an answer that came late does not overtake one that nobody reads', async () => {
  let decide = (_: Decision): void => {};
  const late = new Promise<Decision>((resolve) => {
    decide = resolve;
  });
  const { take, streams, happened, release } = sessions(
    1,
    (request) => (request.sender === 'late' ? late : decided(request)),
    1,
  );
  take(0, 'sender=first\n\nsender=late\n\nsender=last\n\n');
  await soon();
  expect(happened).toEqual(['0: first', 'told first']);
  release();
  await soon();
  expect(happened).toHaveLength(2);
  decide(decided({ sender: 'late' }));
  await soon();
  await soon();
  release();
  await soon();
  await soon();
  expect(happened).toEqual(['0: first', 'told first', '0: late last', 'told late', 'told last']);
  streams[0]?.destroy();
});

test('only a client that sends ahead is kept waiting while a request is decided', async () => {
  let decide = (_: Decision): void => {};
  const late = new Promise<Decision>((resolve) => {
    decide = resolve;
  });
  const { take, streams, happened } = sessions(1, (request) => (request.sender === 'late' ? late : decided(request)));
  take(0, 'sender=late\n\n');
  expect(streams[0]?.isPaused()).toBe(false);
  take(0, 'sender=next\n\n');
  expect(streams[0]?.isPaused()).toBe(true);
  decide(decided({ sender: 'late' }));
  await soon();
  expect(streams[0]?.isPaused()).toBe(false);
  expect(happened).toEqual(['0: late next', 'told late', 'told next']);
});

test('what is malformed closes the connection after the answers before it', async () => {
  const { take, streams, happened } = sessions(1);
  take(0, 'sender=a\n\nnonsense\n\nsender=b\n\n');
  await soon();
  expect(happened).toEqual(['0: a', 'told a', 'malformed']);
  expect(streams[0]?.destroyed).toBe(true);
});

const soon = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

function decided({ sender }: Pick<PolicyRequest, 'sender'>): Decision {
  const action = { kind: 'restriction', name: sender } as const;
  return { action, intended: action, rule: 'skip', identity: null, outcome: null, domain: null, reason: '' };
}

/** Sessions with one outbox, and what happens in their order. With a `writableHighWaterMark` a write ends at `release`. */
function sessions(
  count: number,
  answer: (request: PolicyRequest) => Decision | Promise<Decision> = decided,
  writableHighWaterMark?: number,
) {
  const happened: string[] = [];
  let release = (): void => {};
  const outbox = createOutbox(() => 0);
  const options = {
    answer,
    clock: () => 0,
    events: {
      onDecision: (request: PolicyRequest) => void happened.push(`told ${request.sender}`),
      onMalformed: () => void happened.push('malformed'),
    },
  };
  const streams = Array.from({ length: count }, (_, number) => {
    const write = (chunk: Buffer, _encoding: string, done: () => void): void => {
      const names = [...String(chunk).matchAll(/action=(.*)\n\n/g)].map(([, name]) => name);
      happened.push(`${number}: ${names.join(' ')}`);
      if (writableHighWaterMark === undefined) done();
      else release = done;
    };
    return new Duplex({ read() {}, write, ...(writableHighWaterMark === undefined ? {} : { writableHighWaterMark }) });
  });
  const all = streams.map((stream) => new Session(stream, options, outbox));
  const take = (number: number, text: string): void => all[number]?.take(Buffer.from(text));
  return { take, streams, happened, release: () => release() };
}
