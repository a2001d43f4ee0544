import type { ChangePlan, ZoneSnapshot } from '@unsent/lockdown';
import type { Shell } from '../shell.ts';
import type { JobResult } from './carry-out.ts';

/** What was planned for a zone, and how it ended; `result` null: nothing was carried out. */
type Ending = {
  readonly plan: ChangePlan;
  readonly snapshot: ZoneSnapshot;
  readonly outcome: string;
  readonly result: JobResult | null;
};

/** With --json, one line that says it all; `more` are the keys that a command has of its own. Else nothing. */
export function writePlanLine(shell: Shell, { plan, snapshot, outcome, result }: Ending, more: object): void {
  if (!shell.options.json) return;
  const applied = result?.outcome;
  const line = {
    zone: plan.zone,
    provider: snapshot.provider,
    outcome,
    recordsRead: snapshot.records.length,
    plan,
    journal: applied !== undefined && 'entry' in applied ? applied.entry : null,
    verification: result?.verification ?? null,
    ...more,
  };
  shell.stdout.write(`${JSON.stringify(line)}\n`);
}
