import { parseDomainName } from '@unsent/dns';
import type { ConfigProblem } from './problem.ts';
import type { KeyPath, YamlFile } from './yaml.ts';

type Mention = { readonly name: string; readonly path: KeyPath; readonly isKey: boolean };

/** Where domains stand in a file. */
type DomainPlaces = { readonly above: KeyPath; readonly lists: readonly string[] };

const OF_THE_CONFIGURATION: DomainPlaces = { above: ['domains'], lists: ['unused', 'receiving'] };

/** Domains that stand twice: a domain cannot both send and be silent, and a list that repeats itself hides a slip. */
export function repeatedDomains(file: YamlFile, places: DomainPlaces = OF_THE_CONFIGURATION): readonly ConfigProblem[] {
  const seen = new Map<string, Mention>();
  const problems: ConfigProblem[] = [];
  for (const mention of mentions(file.value, places)) {
    const first = seen.get(mention.name);
    if (first === undefined) {
      seen.set(mention.name, mention);
      continue;
    }
    const { line } = file.positionOf(first.path, first.isKey);
    problems.push({
      position: file.positionOf(mention.path, mention.isKey),
      path: mention.path,
      message: `${mention.name} already stands in ${first.path.slice(0, places.above.length + 1).join('.')} (line ${line})`,
    });
  }
  return problems;
}

function mentions(value: unknown, { above, lists }: DomainPlaces): readonly Mention[] {
  const domains = above.reduce<unknown>((found, step) => childOf(found, String(step)), value);
  const silent = lists.flatMap((use) => {
    const list = childOf(domains, use);
    return Array.isArray(list) ? list.flatMap((item, i) => mention(nameOf(item), [...above, use, i], false)) : [];
  });
  const sending = childOf(domains, 'sending');
  const names = typeof sending === 'object' && sending !== null ? Object.keys(sending) : [];
  return [...silent, ...names.flatMap((name) => mention(name, [...above, 'sending', name], true))];
}

/** The same domain is the same in upper case and with a dot at its end. */
function mention(name: unknown, path: KeyPath, isKey: boolean): readonly Mention[] {
  const parsed = typeof name === 'string' ? parseDomainName(name) : null;
  return parsed === null ? [] : [{ name: parsed, path, isKey }];
}

function nameOf(item: unknown): unknown {
  return typeof item === 'string' ? item : childOf(item, 'name');
}

function childOf(value: unknown, key: string): unknown {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, key) ? Reflect.get(value, key) : null;
}
