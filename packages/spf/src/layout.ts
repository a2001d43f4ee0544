import type { IpAddress } from '@unsent/dns';
import type { Directive, SpfRecord } from './ast.ts';
import { maskOf } from './network.ts';

/**
 * A record laid out for being evaluated often: for each family of clients the directives that may match one.
 *
 * `networks4` has two numbers for each of `directives4`, a network and its mask; those of a directive that is no network
 * are both 0, which holds every client. Most terms of most records are networks that do not hold the client, and passing
 * over them here touches one short array instead of three objects each.
 */
export type Layout = {
  readonly directives4: readonly Directive[];
  readonly networks4: Int32Array;
  readonly directives6: readonly Directive[];
};

export function layOut({ directives }: SpfRecord): Layout {
  // Sliced, since an array that grew has room for sixteen more.
  const directives4 = directives.filter(({ mechanism }) => mechanism.name !== 'ip6').slice();
  const directives6 = directives.filter(({ mechanism }) => mechanism.name !== 'ip4').slice();
  const networks4 = new Int32Array(2 * directives4.length);
  directives4.forEach(({ mechanism }, i) => {
    if (mechanism.name === 'ip4') networks4.set([mechanism.w0, maskOf(mechanism.prefix)], 2 * i);
  });
  return { directives4, networks4, directives6 };
}

/** Where the first directive stands, at `from` or after it, that is no network or holds the IPv4 client. */
export function nextCandidate(networks4: Int32Array, client: IpAddress, from: number): number {
  const word = client.w0 | 0;
  let i = 2 * from;
  while (i < networks4.length && ((word ^ (networks4[i] ?? 0)) & (networks4[i + 1] ?? 0)) !== 0) i += 2;
  return i >> 1;
}
