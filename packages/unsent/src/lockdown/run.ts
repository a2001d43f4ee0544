import { type ExitCode, UnsentError } from '@unsent/dns';
import type { Shell } from '../shell.ts';
import { openProvider } from './open-provider.ts';
import { type Prepared, prepareLockdown } from './prepare.ts';
import { renderPlan } from './render.ts';
import { type LockdownFlags, type LockdownRequest, lockdownRequest, readDomain, usage } from './request.ts';

/** `unsent lockdown`. Exit code 0 done, 3 refused (nothing was written), 4 applied but not verified. */
export async function runLockdown(shell: Shell, domains: readonly string[], flags: LockdownFlags): Promise<ExitCode> {
  const request = lockdownRequest(flags, (await shell.config()).lockdown);
  const names = domains.map(readDomain);
  const [domain] = names;
  if (domain === undefined) throw usage('no domain given');
  const provider = await openProvider(shell, flags, names);
  const prepared = await prepareLockdown(shell, provider, domain, request);
  showPlan(shell, prepared, provider.title, request);
  if (prepared.plan.refusals.length > 0) return 3;
  if (!prepared.proof.holds) throw proofFailed(prepared);
  return 0;
}

/** Prints the plan; with --json only where it is the whole answer (a dry run or a refusal). */
function showPlan(shell: Shell, prepared: Prepared, providerTitle: string, request: LockdownRequest): void {
  const { plan, snapshot, proof } = prepared;
  if (shell.options.json) {
    if (request.isDryRun || plan.refusals.length > 0) shell.stdout.write(`${JSON.stringify(planJson(prepared))}\n`);
    return;
  }
  const width = shell.stdout.isTerminal ? shell.stdout.columns : null;
  const view = { plan, providerTitle, recordsRead: snapshot.records.length, proof };
  shell.stdout.write(renderPlan(view, { style: shell.style, width }));
}

function planJson({ asked, plan, snapshot, proof }: Prepared): object {
  const outcome = plan.refusals.length > 0 ? 'refused' : plan.changes.length === 0 ? 'nothing-to-do' : 'planned';
  const { provider, records } = snapshot;
  return { domain: asked, zone: plan.zone, provider, outcome, recordsRead: records.length, plan, proof };
}

function proofFailed({ plan, proof }: Prepared): UnsentError {
  const wrong = proof.lines.find(({ result }) => result !== 'fail');
  return new UnsentError('proof-failed', {
    message: `Nothing was written: with this plan ${wrong?.client ?? '?'} would get ${wrong?.result ?? '?'} for ${wrong?.domain ?? plan.zone}, not fail.`,
    exitCode: 3,
  });
}
