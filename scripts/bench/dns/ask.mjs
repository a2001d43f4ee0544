// One engine asks one server: node ask.mjs ENGINE PORT QUESTIONS CONCURRENCY. Prints one line of JSON. See scripts/bench-dns.mjs.
import { Resolver } from 'node:dns/promises';
import process from 'node:process';
import { dnsClient } from '../../../packages/dns/dist/index.js';

const [engine, port, questions, concurrency] = process.argv.slice(2).map((word, i) => (i === 0 ? word : Number(word)));

const MIX = [
  ['a', 'A'],
  ['six', 'AAAA'],
  ['alias', 'A'],
  ['text', 'TXT'],
  ['mail', 'MX'],
  ['nobody', 'A'],
  ['a', 'TXT'],
];
const names = Array.from({ length: 70 }, (_, i) => {
  const [label, type] = MIX[i % MIX.length];
  return { name: `${label === 'nobody' ? `nobody${i}` : label}.bench.example`, type };
});

const ENGINES = { ours, cares };
const { ask, close } = ENGINES[engine]();
await askAll(Math.min(5_000, questions));
const cpu = process.cpuUsage();
const started = performance.now();
const found = await askAll(questions);
const seconds = (performance.now() - started) / 1000;
const { user, system } = process.cpuUsage(cpu);
process.stdout.write(
  `${JSON.stringify({ rate: questions / seconds, cpuMicros: (user + system) / questions, found })}\n`,
);
close();

async function askAll(count) {
  let next = 0;
  let withRecords = 0;
  const worker = async () => {
    while (next < count) {
      const { name, type } = names[next++ % names.length];
      if (await ask(name, type)) withRecords++;
    }
  };
  await Promise.all(Array.from({ length: concurrency }, worker));
  return withRecords;
}

function ours() {
  const client = dnsClient({ servers: [{ address: '127.0.0.1', port }] });
  return {
    ask: async (name, type) => (await client.resolve(name, type)).kind === 'records',
    close: () => client.close(),
  };
}

function cares() {
  const resolver = new Resolver();
  resolver.setServers([`127.0.0.1:${port}`]);
  const found = () => true;
  const nothing = () => false;
  return { ask: (name, type) => resolver.resolve(name, type).then(found, nothing), close: () => resolver.cancel() };
}
