import { randomUUID } from 'node:crypto';
import { hostname, userInfo } from 'node:os';
import { type DomainName, UnsentError } from '@unsent/dns';
import type { DnsProvider } from '@unsent/lockdown';
import type { LeaseHolder, LockHolder, ZoneLease, ZoneLeases } from '@unsent/store';
import type { Shell } from '../shell.ts';
import { hasEnded, thisProcess } from '../this-process.ts';

/** Longer than a database may be away, and than a person takes to look at a plan if the heart beats. */
const LEASE_MS = 90_000;
const BEAT_EVERY_MS = 20_000;

/**
 * Runs `work` while nobody else works on the zone: two who write at once would each undo half of the other's.
 *
 * `work` gets the provider, whose `write` first makes sure that the zone is still ours. Throws `zone-busy`, exit code 6,
 * when somebody else has it. A zone in memory is nobody else's.
 */
export async function withZone<T>(
  shell: Shell,
  provider: DnsProvider,
  zone: DomainName,
  work: (provider: DnsProvider) => Promise<T>,
): Promise<T> {
  if (provider.name === 'memory') return work(provider);
  const { zoneLeases } = await shell.store();
  const holder = { id: newRunId(), who: whoWeAre() };
  const other = await takeZone(zoneLeases, zone, holder);
  if (other !== null) throw busy(zone, `${other.who} has been working on it since ${other.since.toISOString()}`);
  const beating = setInterval(() => void zoneLeases.keep(zone, holder, LEASE_MS).catch(() => undefined), BEAT_EVERY_MS);
  const guarded: DnsProvider = {
    ...provider,
    write: async (snapshot, changes) => {
      if (!(await zoneLeases.keep(zone, holder, LEASE_MS))) throw busy(zone, 'this run was silent for too long');
      return provider.write(snapshot, changes);
    },
  };
  try {
    return await work(guarded);
  } finally {
    clearInterval(beating);
    // A lease that cannot be given back ends by itself.
    await zoneLeases.release(zone, holder).catch(() => undefined);
  }
}

/** A run of this host that was killed holds its zone no longer; of one elsewhere only its silence tells. */
async function takeZone(leases: ZoneLeases, zone: DomainName, holder: LeaseHolder): Promise<ZoneLease | null> {
  const other = await leases.take(zone, holder, LEASE_MS);
  if (other === null || !hasEnded(processOf(other.holder))) return other;
  return leases.take(zone, holder, LEASE_MS, other.holder);
}

/** Names one run of one process, so that others on this host can see whether it has ended. */
function newRunId(): string {
  const { host, pid, start } = thisProcess();
  return [host, pid, start, randomUUID()].join('\t');
}

function processOf(runId: string): LockHolder {
  const [host = '', pid = '', start = ''] = runId.split('\t');
  return { host, pid: Number(pid), start };
}

function busy(zone: DomainName, why: string): UnsentError {
  return new UnsentError('zone-busy', {
    message: `Nothing was written to ${zone}: ${why}.`,
    hint: 'Wait until that run has ended, then look at the plan again. A run that died on another host is forgotten after 90 seconds.',
    exitCode: 6,
  });
}

function whoWeAre(): string {
  const name = ((): string => {
    try {
      return userInfo().username;
    } catch {
      return `user ${process.getuid?.() ?? '?'}`; // not in passwd
    }
  })();
  return `${name} on ${hostname()} (process ${process.pid})`;
}
