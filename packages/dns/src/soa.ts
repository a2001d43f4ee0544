import { type DomainName, parseDomainName } from './name.ts';
import { parseTtl } from './ttl.ts';

/** The data of an SOA record (RFC 1035 §3.3.13). */
export type Soa = {
  /** The primary server; null for the root or a name that cannot be held. */
  readonly primary: DomainName | null;
  /** As in zone text: `hostmaster.example.com.`, a dot in the local part escaped. */
  readonly responsible: string;
  readonly serial: number;
  /** How long a secondary may wait before it asks for changes: so long a change may take to reach it. */
  readonly refreshSeconds: number;
  readonly retrySeconds: number;
  readonly expireSeconds: number;
  readonly minimumSeconds: number;
};

/** Reads SOA data in zone-file form, as a `ZoneLine` holds it; null if it is none. */
export function parseSoa(text: string): Soa | null {
  const [mname = '', responsible = '', serial = '', ...times] = text.split(' ');
  const [refreshSeconds, retrySeconds, expireSeconds, minimumSeconds] = times.map(parseTtl);
  if (!/^[0-9]{1,10}$/.test(serial) || times.length !== 4) return null;
  if (refreshSeconds == null || retrySeconds == null || expireSeconds == null || minimumSeconds == null) return null;
  return {
    primary: parseDomainName(mname),
    responsible,
    serial: Number(serial),
    refreshSeconds,
    retrySeconds,
    expireSeconds,
    minimumSeconds,
  };
}
