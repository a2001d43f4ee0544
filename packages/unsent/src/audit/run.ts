import type { ExitCode, Resolver } from '@unsent/dns';
import type { Journal } from '@unsent/lockdown';
import { progressBar } from '../output/progress.ts';
import { zoneFileOf } from '../resolver.ts';
import type { Shell } from '../shell.ts';
import { usage } from '../spf/input.ts';
import { assess } from './assess.ts';
import type { Audited } from './audited.ts';
import { type AuditTarget, auditTargets, type TargetFlags } from './domains.ts';
import { type AskServers, gatherFacts } from './gather.ts';
import { gatherJournal, storeToCompare } from './gather-journal.ts';
import { inParallel } from './in-parallel.ts';
import { auditJson } from './json.ts';
import { nameServerAsker } from './name-servers.ts';
import { renderAudit } from './render.ts';

/** Options as commander hands them over. */
export type AuditFlags = TargetFlags & { readonly failOn?: string; readonly nameServers?: boolean };

type Sources = {
  readonly resolver: Resolver;
  readonly askServers: AskServers | null;
  readonly journal: Journal | null;
};

/** Domains looked at at the same time; each asks some thirty questions one after the other. */
const CONCURRENCY = 16;
const FAIL_ON = ['problem', 'advice', 'none'];

/** `unsent audit`: gathers, judges, prints. Reads DNS and, where there is one, the journal; writes nothing. */
export async function runAudit(shell: Shell, domains: readonly string[], flags: AuditFlags): Promise<ExitCode> {
  const failOn = flags.failOn ?? 'problem';
  if (!FAIL_ON.includes(failOn))
    throw usage(
      `--fail-on does not know "${failOn}"; it knows ${FAIL_ON.join(', ')}`,
      'Run unsent audit --help to see what there is.',
    );
  const store = await storeToCompare(shell);
  const locked = flags.all === true && store !== null ? await store.lockedDomains.all() : [];
  const targets = await auditTargets(
    shell,
    domains,
    flags,
    locked.map(({ name }) => name),
  );
  const resolver = await shell.resolver();
  // A zone file stands in for all of DNS: the servers that it names are not those of the world.
  const zoneFile = zoneFileOf(shell.options, await shell.config());
  const isAsked = flags.nameServers !== false && zoneFile === null;
  const askServers = isAsked ? nameServerAsker(resolver) : null;
  const audited = await auditAll(shell, targets, { resolver, askServers, journal: store?.journal ?? null });
  const { json, quiet, verbose } = shell.options;
  const look = { style: shell.style, width: shell.stdout.isTerminal ? shell.stdout.columns : null };
  if (json) shell.stdout.write(`${JSON.stringify(auditJson(audited, isAsked, verbose), null, 2)}\n`);
  else shell.stdout.write(renderAudit(audited, look, { isQuiet: quiet, isVerbose: verbose, zoneFile }));
  const findings = audited.flatMap(({ assessment }) => assessment.findings);
  const isBad = findings.some(({ severity }) => severity === 'problem' || failOn === 'advice');
  return isBad && failOn !== 'none' ? 5 : 0;
}

async function auditAll(
  shell: Shell,
  targets: readonly AuditTarget[],
  { resolver, askServers, journal }: Sources,
): Promise<readonly Audited[]> {
  const { quiet } = shell.options;
  const progress = progressBar(shell.stderr, { label: '', isQuiet: quiet, now: shell.now });
  let done = 0;
  try {
    return await inParallel(targets, CONCURRENCY, async ({ domain, role }) => {
      const seen = await gatherFacts(domain, role, resolver, askServers, shell.signal);
      const facts = { ...seen, journal: journal && (await gatherJournal(journal, domain, resolver, shell.now())) };
      done++;
      progress.update({ done, total: targets.length, count: done, unit: `of ${targets.length} domains` });
      return { facts, assessment: assess(facts) };
    });
  } finally {
    progress.end();
  }
}
