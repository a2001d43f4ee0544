// A generated scenario, read from its folder and judged with the built packages.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  backscatterWord,
  evidenceIds,
  gatherFacts,
  joinSpans,
  judge,
  messageIdHost,
  originOf,
  ownDomains,
  readMessage,
  sentIdHostKey,
  sentMessageKey,
} from '../../packages/bounce/dist/index.js';
import { parseDomainName, parseIpText, parsePrefix, zoneResolver } from '../../packages/dns/dist/index.js';

/** Domains, zone and sent log of a scenario, and its messages. */
export async function readScenario(folder) {
  const json = (name) => JSON.parse(readFileSync(join(folder, name), 'utf8'));
  const jsonLines = (name) =>
    readFileSync(join(folder, name), 'utf8')
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line));
  const eml = join(folder, 'eml');
  return {
    domains: ownDomains(domainsOf(json('config.json'))),
    resolver: zoneResolver(recordsOf(json('zone.json'))),
    sentLog: memorySentLog(jsonLines('sent.jsonl')),
    messages: readdirSync(eml)
      .sort()
      .map((name) => ({ id: name, bytes: readFileSync(join(eml, name)) })),
  };
}

/** One line of the output format for each message. */
export async function judgeScenario(scenario, { useSentLog }) {
  const { domains, resolver } = scenario;
  const context = { domains, resolver, sentLog: useSentLog ? scenario.sentLog : null, now: new Date() };
  const lines = [];
  for (const { id, bytes } of scenario.messages) {
    const read = await readMessage(bytes);
    const facts = await gatherFacts(read, context);
    lines.push(lineOf(id, read, facts, judge(facts)));
  }
  return lines;
}

function lineOf(id, read, facts, verdict) {
  const original = read.report?.original ?? null;
  return {
    id,
    messageId: read.messageId,
    kind: read.kind,
    recipients: read.report?.recipients ?? [],
    original:
      original === null
        ? null
        : { messageId: original.messageId, from: original.headerFrom, originIp: originOf(facts.path)?.ip.text ?? null },
    backscatter: backscatterWord(verdict),
    evidence: evidenceIds(verdict),
    error: read.error,
  };
}

function domainsOf(config) {
  const common = { since: null, lockedAt: null, localParts: null };
  const silent = config.unused.map((name) => {
    return { ...common, name: parseDomainName(name), use: 'unused', outbound: [], batvKeys: [], batvSignsAll: false };
  });
  const sending = Object.entries(config.sending).map(([name, { outbound }]) => {
    const batv = config.batv[name];
    return {
      ...common,
      name: parseDomainName(name),
      use: 'sending',
      outbound: outbound.map(({ ip }) => parsePrefix(ip)),
      batvKeys: batv === undefined ? [] : [{ digit: 0, secret: batv.key }],
      batvSignsAll: batv?.required === true,
    };
  });
  return [...silent, ...sending];
}

function recordsOf(zone) {
  return Object.entries(zone).flatMap(([owner, types]) =>
    Object.entries(types).flatMap(([type, values]) =>
      values.map((value) => ({ name: parseDomainName(owner), type, data: rdata(type, value), ttlSeconds: 300 })),
    ),
  );
}

function rdata(type, value) {
  if (type === 'TXT') return [value];
  if (type === 'A' || type === 'AAAA') return parseIpText(value, type === 'A' ? 4 : 6);
  const [preference, exchange] = value.split(' ');
  return { preference: Number(preference), exchange: parseDomainName(exchange) };
}

/** A sent log in memory: all of it from one host, covered from its first line to its last. */
function memorySentLog(lines) {
  const entries = lines.map(({ messageId, date }) => ({ messageId, at: new Date(`${date}Z`) }));
  const keys = new Map();
  for (const { messageId, at } of entries) {
    keys.set(sentMessageKey(messageId), at);
    keys.set(sentIdHostKey(messageIdHost(messageId) ?? ''), at);
  }
  const times = entries.map(({ at }) => at.getTime());
  const spans = joinSpans([{ from: new Date(Math.min(...times)), until: new Date(Math.max(...times)) }]);
  const senders = new Set(lines.map(({ from }) => from.slice(from.lastIndexOf('@') + 1)));
  return {
    lookup: async (wanted) => new Map(wanted.flatMap((key) => (keys.has(key) ? [[key, keys.get(key)]] : []))),
    coverage: async (domain) => (senders.has(domain) ? [{ host: '', spans }] : []),
  };
}
