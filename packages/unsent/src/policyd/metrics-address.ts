import { UnsentError } from '@unsent/dns';
import { isLocal, type ListenAddress, listenAddressText, parseListenAddress } from './listen-address.ts';

/** Reads `--metrics`; throws `listen-open` for an address that other hosts can reach, `listen-address` for none. */
export function parseMetricsAddress(text: string): ListenAddress & { readonly kind: 'inet' } {
  const address = parseListenAddress(text);
  if (address.kind === 'inet' && isLocal(address)) return address;
  throw new UnsentError('listen-open', {
    message: `metrics cannot be served at ${listenAddressText(address)}: it must be a port of this host alone.`,
    hint: 'Write --metrics 127.0.0.1:9400.',
    exitCode: 2,
  });
}
