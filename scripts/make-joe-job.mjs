#!/usr/bin/env node
// Writes the example of examples/joe-job: node scripts/make-joe-job.mjs [FOLDER]. The same seed, the same bytes.
import { mkdirSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { configText, dnsText, truthText, zoneText } from './joe-job/files.mjs';
import { mbox } from './joe-job/mail.mjs';
import { makeRandom } from './joe-job/random.mjs';
import { tellStory } from './joe-job/story.mjs';
import { root } from './lib/run.mjs';

const SEED = 20261114;

const folder = resolve(process.argv[2] ?? `${root}examples/joe-job`);
const messages = tellStory(makeRandom(SEED));
const files = {
  'mailbox.mbox': mbox(messages),
  'truth.jsonl': truthText(messages),
  'zone.txt': zoneText(),
  'dns.txt': dnsText(),
  'unsent.yaml': configText(),
};
mkdirSync(folder, { recursive: true });
for (const [name, text] of Object.entries(files)) writeFileSync(`${folder}/${name}`, text);
console.log(`${messages.length} messages written to ${folder}`);
