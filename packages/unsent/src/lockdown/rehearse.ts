import { type ExitCode, zoneResolver } from '@unsent/dns';
import {
  type ApplyContext,
  type ApplyOutcome,
  applyPlan,
  type DnsProvider,
  memoryJournal,
  memoryProvider,
  modelledRecords,
  planUndo,
  verifyPlan,
} from '@unsent/lockdown';
import type { Shell } from '../shell.ts';
import type { Prepared } from './prepare.ts';
import { renderVerification } from './render-outcome.ts';

/**
 * Plays a lockdown through on a copy of the zone in memory: applies it, verifies it, undoes it, and compares.
 *
 * Writes nothing anywhere. Exit code 1 if the zone does not come back as it was.
 */
export async function rehearse(shell: Shell, provider: DnsProvider, { plan, snapshot }: Prepared): Promise<ExitCode> {
  const { now, style } = shell;
  const { capabilities } = provider;
  const copy = memoryProvider([{ name: plan.zone, records: snapshot.records }], { now, capabilities });
  const journal = memoryJournal();
  const context: ApplyContext = {
    provider: copy,
    journal,
    now,
    kind: 'lockdown',
    undoes: [],
    rereads: true,
    readsBack: true,
  };
  const applied = await applyPlan(plan, await copy.read(plan.zone), context);
  const resolver = zoneResolver(modelledRecords(copy.records(plan.zone)));
  const verification = await verifyPlan(plan, [{ label: 'memory', resolver }], now());
  const entries = await journal.entries({ zone: plan.zone, states: ['applied'], limit: null });
  const locked = await copy.read(plan.zone);
  const undo = planUndo(entries, locked, { capabilities, wasInterrupted: false });
  const undone = await applyPlan(undo, locked, { ...context, kind: 'unlock', undoes: entries.map(({ id }) => id) });
  const isIdentical = (await copy.read(plan.zone)).fingerprint === snapshot.fingerprint;
  const isGood = isIdentical && verification.isVerified && isDone(applied) && isDone(undone);
  if (!shell.options.json) {
    shell.stdout.write('\n  Rehearsal on a copy in memory; nothing is written anywhere.\n');
    shell.stdout.write(`  ${mark(isDone(applied), style)} locked down\n`);
    shell.stdout.write(renderVerification(verification, plan, { hasWaited: true, refreshSeconds: null }, style));
    shell.stdout.write(`  ${mark(isDone(undone), style)} unlocked\n`);
    shell.stdout.write(`  restored: ${isIdentical ? style.green('identical') : style.red('different')}\n`);
  } else {
    const line = {
      zone: plan.zone,
      outcome: 'rehearsed',
      plan,
      verification,
      restored: isIdentical ? 'identical' : 'different',
    };
    shell.stdout.write(`${JSON.stringify(line)}\n`);
  }
  return isGood ? 0 : 1;
}

function isDone({ kind }: ApplyOutcome): boolean {
  return kind === 'applied' || kind === 'nothing-to-do';
}

function mark(isGood: boolean, style: Shell['style']): string {
  return isGood ? style.green('✓') : style.red('✗');
}
