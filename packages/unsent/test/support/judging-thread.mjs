// A thread that keeps to the protocol of src/scan/worker-protocol.ts and does what each message tells it to do.
import { parentPort, workerData } from 'node:worker_threads';

const started = new Int32Array(workerData.started);
const pending = new Map();
let asked = 0;

parentPort.on('message', async (message) => {
  if (message.kind === 'reply') return pending.get(message.id)(message);
  const results = [];
  for (const [index, { offset, length }] of message.parts.entries()) {
    Atomics.store(started, 0, index);
    Atomics.add(started, 1, 1);
    const text = Buffer.from(message.buffer, offset, length).toString();
    if (text === 'hang') for (;;);
    if (text === 'exit') process.exit(7);
    if (text === 'throw') throw new Error('out of luck');
    results.push({ subject: text.startsWith('ask ') ? await ask(text.slice(4)) : text });
  }
  parentPort.postMessage({ kind: 'done', results, buffer: message.buffer }, [message.buffer]);
});

function ask(name) {
  const id = ++asked;
  parentPort.postMessage({ kind: 'ask', id, question: { kind: 'resolve', name, type: 'A' } });
  return new Promise((resolve) => {
    pending.set(id, ({ value, error }) => resolve(error ?? JSON.stringify(value)));
  });
}
