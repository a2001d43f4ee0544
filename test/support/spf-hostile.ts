import type { Answer, DomainName, IpText, Rdata, Resolver, RrType } from '@unsent/dns';

/** Texts of any kind where a resolver should hand over checked ones: what a broken resolver might do. */
export type HostileData = {
  readonly texts: readonly string[];
  readonly records: readonly string[];
  readonly names: readonly string[];
};

/** How the resolver hands over its answers. */
export type Manner = 'at once' | 'later' | 'mixed' | 'throwing';

/**
 * A resolver that has an answer for every name, chosen by `seed` among records, emptiness and failures.
 *
 * The same question always gets the same answer. `count()` says how many were asked.
 */
export function hostileResolver(seed: number, data: HostileData, manner: Manner): Resolver & { count(): number } {
  let asked = 0;
  return {
    count: () => asked,
    resolve(name, type) {
      asked++;
      const dice = hash(`${seed} ${type} ${name}`);
      const answer = answerOf(dice, type, data);
      const isLater = manner === 'later' || (manner === 'mixed' && dice % 3 === 0);
      if (manner === 'throwing' && dice % 7 === 0) throw new Error(`no answer for ${name}`);
      if (manner === 'throwing' && dice % 7 === 1) return Promise.reject(new Error(`no answer for ${name}`));
      return isLater ? Promise.resolve(answer) : answer;
    },
  };
}

function answerOf<T extends RrType>(dice: number, type: T, data: HostileData): Answer<T> {
  switch (dice % 16) {
    case 0:
      return { kind: 'nxdomain', ttlSeconds: 0 };
    case 1:
      return { kind: 'nodata', ttlSeconds: 0 };
    case 2:
      return { kind: 'failure', cause: 'timeout', detail: '' };
    case 3:
      return { kind: 'records', data: [], ttlSeconds: 0 };
    default:
      return { kind: 'records', data: hostileRdata(dice, data)[type], ttlSeconds: 0 };
  }
}

function hostileRdata(dice: number, data: HostileData): { readonly [T in RrType]: readonly Rdata[T][] } {
  const count = dice % 23 === 0 ? 40 : 1 + (dice % 10);
  const some = <T>(from: readonly T[]): T[] =>
    Array.from({ length: count }, (_, i) => from[(dice + i * 7) % from.length]).filter((one) => one !== undefined);
  const txt = (text: string): Rdata['TXT'] => (dice % 5 === 0 ? text.split(/(?<=\s)/) : [text]);
  return {
    A: some(data.texts).map(brandIp),
    AAAA: some(data.texts).map(brandIp),
    MX: some(data.names).map((exchange, preference) => ({ preference, exchange: brandName(exchange) })),
    TXT: [txt(data.records[dice % data.records.length] ?? ''), ...(dice % 11 === 0 ? [['other']] : [])],
    PTR: some(data.names).map(brandName),
    NS: [],
    CNAME: [],
  };
}

function brandIp(text: string): IpText {
  return text as IpText;
}

function brandName(text: string): DomainName {
  return text as DomainName;
}

/** FNV-1a: the same everywhere, and good enough to choose by. */
function hash(text: string): number {
  let value = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) value = Math.imul(value ^ text.charCodeAt(i), 0x01000193);
  return (value ^ (value >>> 15)) >>> 0;
}
