// One question written and its answer read, ours beside dns-packet: node codec.mjs ENGINE. Prints one line of JSON.
import { createRequire } from 'node:module';
import process from 'node:process';
import { readAnswer } from '../../../packages/dns/dist/answer.js';
import { answersQuery, encodeQuery } from '../../../packages/dns/dist/wire.js';

const TIMES = 300_000;
const packet = createRequire(new URL('../../../packages/dns/package.json', import.meta.url))('dns-packet');
const question = { name: 'alias.bench.example', type: 1, isRecursive: true };
const answer = packet.encode({
  type: 'response',
  id: 1,
  questions: [{ name: question.name, type: 'A' }],
  answers: [
    { name: question.name, type: 'CNAME', ttl: 60, data: 'a.bench.example' },
    { name: 'a.bench.example', type: 'A', ttl: 60, data: '192.0.2.1' },
  ],
});

const ENGINES = {
  ours: () => {
    const query = encodeQuery(question, true);
    return answersQuery(answer, query) && readAnswer(answer, question.name, 'A');
  },
  'dns-packet': () => {
    const additionals = [{ type: 'OPT', name: '.', udpPayloadSize: 1232 }];
    packet.encode({ type: 'query', id: 1, flags: 256, questions: [{ type: 'A', name: question.name }], additionals });
    const { questions, answers } = packet.decode(answer);
    return questions[0].name === question.name && answers.at(-1).data;
  },
};
const engine = ENGINES[process.argv[2]];
for (let i = 0; i < 50_000; i++) engine();
const started = performance.now();
for (let i = 0; i < TIMES; i++) engine();
process.stdout.write(`${JSON.stringify({ micros: ((performance.now() - started) / TIMES) * 1000 })}\n`);
