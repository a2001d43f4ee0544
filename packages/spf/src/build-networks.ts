import { contains, type IpAddress, type IpPrefix, networkOf } from '@unsent/dns';

/** The same addresses in as few networks as possible, IPv4 first, in ascending order. */
export function mergeNetworks(networks: readonly IpPrefix[]): readonly IpPrefix[] {
  const merged: IpPrefix[] = [];
  for (const network of [...networks].sort(byAddress)) {
    // Sorted, so only the last one can cover the next.
    const last = merged.at(-1);
    if (last !== undefined && contains(last, network.address) && last.length <= network.length) continue;
    merged.push(network);
    joinHalves(merged);
  }
  return merged;
}

/** While the last two networks are the halves of one, they become that one. */
function joinHalves(merged: IpPrefix[]): void {
  for (;;) {
    const [low, high] = merged.slice(-2);
    if (low === undefined || high === undefined || low.length !== high.length || low.length <= 1) return;
    const whole = networkOf(low.address, low.length - 1);
    const isFirstHalf = low.address.family === high.address.family && compare(whole.address, low.address) === 0;
    if (!isFirstHalf || !contains(whole, high.address)) return;
    merged.splice(-2, 2, whole);
  }
}

function byAddress(a: IpPrefix, b: IpPrefix): number {
  return a.address.family - b.address.family || compare(a.address, b.address) || a.length - b.length;
}

function compare(a: IpAddress, b: IpAddress): number {
  return a.w0 - b.w0 || a.w1 - b.w1 || a.w2 - b.w2 || a.w3 - b.w3;
}
