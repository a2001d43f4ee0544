import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openWarmUpDns, type WarmUpDns } from '../../src/policyd/warm-up-dns.ts';

const A = [0, 1];
const IN = [0, 1];

let dns: WarmUpDns;
let socket: Socket;
beforeEach(async () => {
  dns = await openWarmUpDns();
  socket = createSocket('udp4');
  socket.connect(dns.server.port, dns.server.address);
  await once(socket, 'connect');
});
afterEach(() => {
  socket.close();
  dns.close();
});

test.each<[string, Buffer]>([
  ['nothing', Buffer.alloc(0)],
  ['one octet', Buffer.of(120)],
  ['half a header', Buffer.alloc(6)],
  ['a header alone', header()],
  ['a name that does not end', Buffer.concat([header(), name('mail.k0-1'), Buffer.of(9, 120)])],
  ['a label that reaches beyond the end', Buffer.concat([header(), Buffer.of(200, 120)])],
  ['a question without its class', Buffer.concat([header(), name('mail.k0-1.example'), Buffer.of(0, ...A)])],
  ['a response', question('mail.k0-1.example', 0x80)],
  ['octets of any kind', Buffer.alloc(1400, 0xc0)],
])('%s gets no answer, and the next question gets one', async (_, datagram) => {
  const answers: Buffer[] = [];
  socket.on('message', (answer) => answers.push(answer));
  socket.send(datagram);
  socket.send(question('mail.k0-1.example'));
  await expect.poll(() => answers.length).toBe(1);
  expect(answers[0]?.subarray(-4 - 11)).toContain(7);
});

test.each(['constructork0-1.example', '__proto__k0-1.example', 'k99-1.example', 'example', ''])(
  'the name %j does not exist',
  async (asked) => {
    socket.send(question(asked));
    const [answer] = await once(socket, 'message');
    expect(answer[3] & 0x0f).toBe(3);
  },
);

function question(asked: string, flags = 0x01): Buffer {
  return Buffer.concat([header(flags), name(asked), Buffer.of(0, ...A, ...IN)]);
}

function header(flags = 0x01): Buffer {
  return Buffer.of(0x12, 0x34, flags, 0, 0, 1, 0, 0, 0, 0, 0, 0);
}

function name(text: string): Buffer {
  const labels = text.split('.').filter((label) => label !== '');
  return Buffer.concat(labels.map((label) => Buffer.from(`${String.fromCharCode(label.length)}${label}`, 'latin1')));
}
