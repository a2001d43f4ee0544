import { setTimeout as sleep } from 'node:timers/promises';
import type { ExitCode } from '@unsent/dns';
import {
  type ApplyOutcome,
  applyPlan,
  type ChangePlan,
  type DnsProvider,
  type Journal,
  type JournalKind,
  type Verification,
  verifyPlan,
  type ZoneSnapshot,
} from '@unsent/lockdown';
import type { Shell } from '../shell.ts';
import { ask, canAsk } from './ask.ts';
import { renderNotAgreed, renderOutcome, renderVerification } from './render-outcome.ts';
import type { LockdownRequest } from './request.ts';
import { type VerificationServers, verificationServers } from './servers.ts';

/** A plan that was shown, and everything needed to carry it out. */
export type Job = {
  readonly kind: JournalKind;
  readonly plan: ChangePlan;
  readonly snapshot: ZoneSnapshot;
  readonly provider: DnsProvider;
  readonly journal: Journal;
  /** Journal entries that the plan takes back. */
  readonly undoes: readonly string[];
  /** Told of the entry as a part of the write: no signal comes in between. */
  readonly onApplied: (entry: string) => Promise<void>;
  readonly request: LockdownRequest;
};

/** How it ended, for the exit code and for --json. */
export type JobResult = {
  readonly exitCode: ExitCode;
  /** `declined`: nobody agreed. */
  readonly outcome: ApplyOutcome | { readonly kind: 'declined' };
  readonly verification: Verification | null;
};

/** Asks again at this pace while waiting. */
const WAIT_STEP_MS = 5000;
const MIN_WAIT_SECONDS = 600;
const MAX_WAIT_SECONDS = 7200;

/** Asks, applies, verifies, and tells about each. The one way by which a command writes to DNS. */
export async function carryOut(shell: Shell, job: Job): Promise<JobResult> {
  const { request, plan, provider } = job;
  // With --quiet, success is silent: a cron job must not mail its owner about it.
  let unsaid = '';
  const say = (text: string, isGood: boolean): void => {
    unsaid += text;
    if (shell.options.json || (shell.options.quiet && isGood)) return;
    shell.stdout.write(unsaid);
    unsaid = '';
  };
  if (!request.isAgreed && !(await agreed(shell))) {
    say(renderNotAgreed(canAsk(shell)), false);
    return { exitCode: 3, outcome: { kind: 'declined' }, verification: null };
  }
  const outcome = await shell.uninterrupted(() => apply(shell, job));
  if (request.isAgreed) say('\n', true); // a question leaves its own empty line
  const manner = { kind: job.kind, isKept: provider.name !== 'memory' };
  say(renderOutcome(outcome, plan, manner, shell.style), outcome.kind === 'applied');
  if (outcome.kind !== 'applied') return { exitCode: exitCodeOf(outcome), outcome, verification: null };
  const asked = await verificationServers(shell, provider, plan.zone, request.authoritative);
  shell.onClose(() => asked.close());
  const verification = await verify(shell, job, asked);
  const waited = { hasWaited: request.waitSeconds !== null, refreshSeconds: asked.refreshSeconds };
  say(renderVerification(verification, plan, waited, shell.style), verification.isVerified);
  return { exitCode: verification.isVerified ? 0 : 4, outcome, verification };
}

async function agreed(shell: Shell): Promise<boolean> {
  return canAsk(shell) && (await ask(shell, '\nApply? [y/N] '));
}

async function apply(shell: Shell, job: Job): Promise<ApplyOutcome> {
  const { provider, journal, kind, undoes, plan, snapshot } = job;
  const context = { provider, journal, now: shell.now, kind, undoes, rereads: true, readsBack: true };
  const outcome = await applyPlan(plan, snapshot, context);
  if (outcome.kind === 'applied') await job.onApplied(outcome.entry);
  return outcome;
}

function exitCodeOf(outcome: ApplyOutcome): ExitCode {
  if (outcome.kind === 'nothing-to-do' || outcome.kind === 'applied') return 0;
  return outcome.kind === 'refused' ? 3 : 1;
}

/** Asks every server; with --wait again and again until all have followed, the time is over, or a signal comes. */
async function verify(shell: Shell, { plan, request }: Job, asked: VerificationServers): Promise<Verification> {
  const endMs = shell.now().getTime() + waitMs(request.waitSeconds, asked.refreshSeconds);
  for (;;) {
    const verification = await verifyPlan(plan, asked.servers, shell.now());
    const leftMs = endMs - shell.now().getTime();
    if (verification.isVerified || leftMs <= 0 || shell.signal.aborted) return verification;
    await sleep(Math.min(WAIT_STEP_MS, leftMs), undefined, { signal: shell.signal }).catch(() => {});
  }
}

/** Without a number: as long as a secondary may take by its own timer, within reason. */
function waitMs(waitSeconds: LockdownRequest['waitSeconds'], refreshSeconds: number | null): number {
  if (waitSeconds === null) return 0;
  if (waitSeconds !== 'as-needed') return waitSeconds * 1000;
  return Math.min(Math.max(refreshSeconds ?? 0, MIN_WAIT_SECONDS), MAX_WAIT_SECONDS) * 1000;
}
