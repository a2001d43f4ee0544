// Reads every message below a folder and writes one JSON line each, in the form that the scorer of the shared corpus
// reads.   node scripts/score-bounce.mjs FOLDER [OUT.jsonl]     (build first: npm run build)
import { createWriteStream, readdirSync, readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import process from 'node:process';
import { readMessage } from '../packages/bounce/dist/index.js';
import { jsonLine } from './lib/bounce-line.mjs';

const [folder, out] = process.argv.slice(2);
if (folder === undefined) {
  process.stderr.write('usage: node scripts/score-bounce.mjs FOLDER [OUT.jsonl]\n');
  process.exit(2);
}

const output = out === undefined ? process.stdout : createWriteStream(out);
for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
  if (!entry.isFile() || /\.(?:jsonl?|mbox|md)$/.test(entry.name)) continue;
  const path = join(entry.parentPath, entry.name);
  const started = performance.now();
  const read = await readMessage(readFileSync(path));
  output.write(
    `${JSON.stringify({ ...jsonLine(read), id: `${basename(dirname(path))}/${entry.name}`, ms: performance.now() - started })}\n`,
  );
}
