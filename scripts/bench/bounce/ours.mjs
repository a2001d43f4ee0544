// One run of @unsent/bounce: reads the files named in argv[2], one path a line, `argv[3]` times over, everything that
// a scan prints included. Writes { messages, bounces } as JSON.
import { readFileSync } from 'node:fs';
import process from 'node:process';
import { jsonLine } from '../../lib/bounce-line.mjs';

const { readMessage } = await import(new URL('../../../packages/bounce/dist/index.js', import.meta.url));
const paths = readFileSync(process.argv[2], 'utf8').trim().split('\n');
let messages = 0;
let bounces = 0;
let printed = 0;
for (let round = 0; round < Number(process.argv[3]); round += 1) {
  for (const path of paths) {
    const read = await readMessage(readFileSync(path));
    printed += JSON.stringify(jsonLine(read)).length;
    messages += 1;
    bounces += read.kind === 'bounce' ? 1 : 0;
  }
}
process.stdout.write(`${JSON.stringify({ messages, bounces, printed })}\n`);
