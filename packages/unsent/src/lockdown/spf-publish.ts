import {
  type DomainName,
  type ExitCode,
  isSubdomainOf,
  parseIp,
  type Resolver,
  UnsentError,
  zoneResolver,
} from '@unsent/dns';
import {
  type ChangePlan,
  type DnsProvider,
  modelledRecords,
  NO_META,
  overrideRefusals,
  planLockdown,
  type Refusal,
  SAMPLE_CLIENTS,
  settleJournal,
  type WantedRecord,
  type ZoneSnapshot,
} from '@unsent/lockdown';
import { buildRecord, lintText, type Senders, splitText } from '@unsent/spf';
import type { Shell } from '../shell.ts';
import { carryOut, type JobResult } from './carry-out.ts';
import { openProvider } from './open-provider.ts';
import { writePlanLine } from './plan-line.ts';
import { renderPlan } from './render.ts';
import { isSilent, type LockdownFlags, type LockdownRequest, lockdownRequest, readDomain, usage } from './request.ts';
import { earlyEnd } from './run.ts';
import { declaredHosts, type KnownSender, lostHosts, passingHosts, spfOf } from './spf-hosts.ts';
import { hasState, journalFor } from './state.ts';
import { withZone } from './zone-lease.ts';

/** Options as commander hands them over. */
export type PublishFlags = LockdownFlags & Partial<Senders> & { readonly record?: string };

/** One SPF record, and the plan that puts it in place. */
type Prepared = { readonly plan: ChangePlan; readonly snapshot: ZoneSnapshot; readonly proof: readonly string[] };

/**
 * `unsent spf publish`: puts one SPF record in place for a domain that sends, and touches nothing else.
 *
 * Exit code 3 when the record is broken, or a host that sends today would no longer pass.
 */
export async function runSpfPublish(shell: Shell, domainText: string, flags: PublishFlags): Promise<ExitCode> {
  const config = await shell.config();
  const request = lockdownRequest(flags, config.lockdown);
  const domain = readDomain(domainText);
  const text = recordText(flags);
  const resolver = await shell.resolver();
  await refuseBroken(domain, text, resolver);
  const provider = await openProvider(shell, flags, [domain]);
  const prepared = await prepare(shell, provider, domain, text, request);
  const { plan, snapshot } = prepared;
  if (!shell.options.json && !isSilent(shell, request, plan)) show(shell, prepared, provider);
  const early = earlyEnd(plan, request);
  if (early !== null) return printJson(shell, prepared, early.outcome, null, early.exitCode);
  const journal = await journalFor(shell, provider);
  await settleJournal(journal, snapshot, shell.now());
  if (plan.changes.length === 0) return printJson(shell, prepared, 'nothing-to-do', null, 0);
  const result = await withZone(shell, provider, plan.zone, (mine) =>
    carryOut(shell, {
      ...{ kind: 'spf', plan, snapshot, provider: mine, journal, undoes: [], request },
      onApplied: async () => {}, // it locks nothing
    }),
  );
  return printJson(shell, prepared, result.outcome.kind, result, result.exitCode);
}

function recordText({ record, ip = [], include = [], a = false, mx, strict = false }: PublishFlags): string {
  if (record !== undefined) return record;
  const built = buildRecord({ ip, include, a, mx: mx !== undefined, strict });
  if (built.kind === 'invalid') throw usage(`"${built.value}" ${built.why}`);
  if (ip.length + include.length === 0 && !a && mx === undefined) {
    throw usage(
      'nobody would be allowed to send',
      'Name the senders with --ip, --include, --a or --mx, or give --record.',
    );
  }
  return built.text;
}

/** A record that receivers cannot read, or that costs them more than ten lookups, helps nobody: there is no way round. */
async function refuseBroken(domain: DomainName, text: string, resolver: Resolver): Promise<void> {
  const { findings } = await lintText(domain, text, resolver);
  const error = findings.find(({ severity }) => severity === 'error');
  if (error === undefined) return;
  throw new UnsentError('spf-broken', {
    message: `This record would not work: ${error.message}`,
    hint: `See unsent spf lint '${text}' --for ${domain}.`,
    exitCode: 3,
  });
}

async function prepare(
  shell: Shell,
  provider: DnsProvider,
  domain: DomainName,
  text: string,
  request: LockdownRequest,
): Promise<Prepared> {
  const zone = (await provider.find(domain))?.name;
  if (zone === undefined) {
    throw new UnsentError('zone-unknown', { message: `${provider.title} holds no zone for ${domain}.` });
  }
  const snapshot = await provider.read(zone);
  const resolver = await shell.resolver();
  const store = (await hasState(shell)) ? await shell.store() : null;
  const known = [
    ...(await passingHosts(domain, resolver, shell.now())),
    ...(await declaredHosts(domain, await shell.config(), store, resolver)),
  ];
  const lost = await lostHosts(domain, text, known, resolver, shell.now());
  const record: WantedRecord = {
    ...{ name: domain, type: 'TXT', data: splitText(text), ttlSeconds: request.ttlSeconds },
    ...{ ...NO_META, comment: provider.capabilities.comments ? 'unsent:spf' : null },
  };
  const why = 'one SPF record, and no other (RFC 7208 §4.5)';
  const aim = { name: domain, type: 'TXT', owns: 'spf' as const, wanted: [record], why };
  const planned = planLockdown(
    snapshot,
    { aims: [aim], notes: [] },
    lost.map((host) => wouldFail(domain, host)),
  );
  const plan = overrideRefusals(planned, request.overrides);
  const proof = await prove(domain, plan, known, resolver, shell.now());
  return { plan, snapshot, proof };
}

function wouldFail(domain: DomainName, { ip, why }: KnownSender): Refusal {
  return {
    code: 'host-carries-mail',
    message: `${ip.text} (${why}) would not pass for ${domain}.`,
    hint: `Add it with --ip ${ip.text} if it still sends.`,
  };
}

/** `checkHost` over the planned zone, with the rest of the world as it is: known senders, and strangers of both families. */
async function prove(
  domain: DomainName,
  plan: ChangePlan,
  known: readonly KnownSender[],
  world: Resolver,
  now: Date,
): Promise<readonly string[]> {
  const planned = zoneResolver(modelledRecords(plan.after));
  const resolver: Resolver = {
    resolve: (name, type, signal) =>
      isSubdomainOf(name, plan.zone) ? planned.resolve(name, type) : world.resolve(name, type, signal),
  };
  const strangers = SAMPLE_CLIENTS.map(parseIp).filter((ip) => ip !== null);
  const asked = [...known.slice(0, 2).map(({ ip }) => ip), ...strangers];
  return Promise.all(asked.map(async (ip) => `${ip.text} → ${await spfOf(domain, ip, resolver, now, null)}`));
}

function show(shell: Shell, { plan, snapshot, proof }: Prepared, provider: DnsProvider): void {
  const width = shell.stdout.isTerminal ? shell.stdout.columns : null;
  const view = { plan, providerTitle: provider.title, recordsRead: snapshot.records.length, proof: null };
  shell.stdout.write(renderPlan(view, { style: shell.style, width }));
  shell.stdout.write(`\n  Proof   ${proof.join('    ')}    (evaluated on the planned zone)\n`);
}

/** One line that says it all, as `unsent lockdown --json` does. Resolves to the exit code, so that it ends a way. */
function printJson(
  shell: Shell,
  { plan, snapshot, proof }: Prepared,
  outcome: string,
  result: JobResult | null,
  exitCode: ExitCode,
): ExitCode {
  writePlanLine(shell, { plan, snapshot, outcome, result }, { proof });
  return exitCode;
}
