// One run of @unsent/bounce: reads the files named in argv[2], one path a line, `argv[3]` times over, everything that
// a scan prints included. Writes { messages, bounces, classifiedPerSecond } as JSON; the last is without reading files.
import { closeSync, openSync, readFileSync, readSync } from 'node:fs';
import process from 'node:process';
import { jsonLine } from '../../lib/bounce-line.mjs';

const { readMessage } = await import(new URL('../../../packages/bounce/dist/read.js', import.meta.url));
const paths = readFileSync(process.argv[2], 'utf8').trim().split('\n');
const scratch = Buffer.allocUnsafe(1 << 24);
let messages = 0;
let bounces = 0;
let printed = 0;
let milliseconds = 0;
for (let round = 0; round < Number(process.argv[3]); round += 1) {
  for (const path of paths) {
    const bytes = readInto(path);
    const started = performance.now();
    const read = await readMessage(bytes);
    printed += JSON.stringify(jsonLine(read)).length;
    milliseconds += performance.now() - started;
    messages += 1;
    bounces += read.kind === 'bounce' ? 1 : 0;
  }
}
const classifiedPerSecond = Math.round((1000 * messages) / milliseconds);
process.stdout.write(`${JSON.stringify({ messages, bounces, printed, classifiedPerSecond })}\n`);

function readInto(path) {
  const file = openSync(path);
  const length = readSync(file, scratch, 0, scratch.length, 0);
  closeSync(file);
  return scratch.subarray(0, length);
}
