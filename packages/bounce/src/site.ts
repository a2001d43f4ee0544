import type { getDomain } from './site-list.ts';

/** The public suffix list takes some 65 ms to load: it waits until two names have to be told apart by it. */
let domainIn: typeof getDomain | null = null;
let isAwaited = false;

/**
 * True if two host names lie in one domain that somebody can register, so that one owner is likely to hold both. Private
 * suffixes count: customers of a hosting company are not one site.
 *
 * While the list is not loaded, names that only it can tell apart are of two sites, and `isSiteListAwaited` is true from
 * then on: call `loadSiteList` and ask again.
 */
export function isSameSite(one: string, other: string): boolean {
  const [first, second] = [plainName(one), plainName(other)];
  if (first === second) return true;
  if (!endAlike(first, second)) return false;
  if (domainIn === null) {
    isAwaited = true;
    return false;
  }
  const site = domainIn(first, BY_SUFFIX);
  return site !== null && site === domainIn(second, BY_SUFFIX);
}

const BY_SUFFIX = { allowPrivateDomains: true };

/** True if `isSameSite` was asked what it cannot say before `loadSiteList`. */
export function isSiteListAwaited(): boolean {
  return isAwaited && domainIn === null;
}

/** Loads the public suffix list; once, whoever asks. */
export async function loadSiteList(): Promise<void> {
  domainIn ??= (await import('./site-list.ts')).getDomain;
}

function plainName(name: string): string {
  return name.toLowerCase().replace(/\.$/, '');
}

// No two names are of one site unless their last two labels are the same.
function endAlike(one: string, other: string): boolean {
  const end = /[^.]{1,63}\.[a-z][^.]{0,62}$/.exec(one.slice(-130))?.[0];
  return end !== undefined && (other === end || other.endsWith(`.${end}`));
}
