import type { DriftedSet } from '@unsent/lockdown';
import { type AuditCase, type AuditFinding, found } from './assessment.ts';
import type { JournalFacts } from './gather-journal.ts';

/** So many differences are told one by one; --json has all of them. */
const MAX_TOLD = 3;

/** True if DNS shows what no resolver can have remembered, or has had the time to show what was written. */
export function hasDrifted(journal: JournalFacts | null): journal is JournalFacts {
  return journal?.drift.sets.some(({ mayBeCached }) => journal.cachedUntil === null || !mayBeCached) === true;
}

/** What DNS shows otherwise than the journal says that we left it. */
export function assessJournal({ facts }: AuditCase): readonly AuditFinding[] {
  const { journal, domain } = facts;
  if (journal === null) return [];
  const { drift, cachedUntil, unfinished } = journal;
  const findings: AuditFinding[] = [];
  if (hasDrifted(journal)) {
    findings.push(
      found('drifted', 'problem', 'journal', `${sinceWhen(journal)}. ${told(drift.sets)}`, wayOn(journal, domain)),
    );
  } else if (drift.sets.length > 0) {
    const message = `${sinceWhen(journal)}, and not seen everywhere yet. ${told(drift.sets)}`;
    const why = `Resolvers may remember what was there before until ${minute(cachedUntil ?? '')} UTC.`;
    findings.push(found('not-seen-yet', 'advice', 'journal', message, why));
  }
  if (unfinished !== null) {
    const message = `Nobody saw the end of journal entry ${unfinished}: it may be there in part, or run just now.`;
    const why = `The next unsent lockdown or unlock of ${domain} looks at what is there; unsent journal show ${unfinished} tells what was meant.`;
    findings.push(found('unfinished', 'problem', 'journal', message, why));
  }
  return findings;
}

function sinceWhen({ kind, since, entry }: JournalFacts): string {
  return `${kind === 'locked' ? 'Locked' : 'SPF published'} by unsent since ${since.slice(0, 10)} (journal ${entry})`;
}

function told(sets: readonly DriftedSet[]): string {
  const lines = sets.slice(0, MAX_TOLD).map(({ name, type, expected, found: here }) => {
    const now = here.length === 0 ? 'is gone' : `is ${here.join(' and ')}`;
    const was = expected.length === 0 ? 'was taken away' : `was ${expected.join(' and ')}`;
    return `${type} ${name} ${now}, ${was}.`;
  });
  const left = sets.length - lines.length;
  return [...lines, ...(left > 0 ? [`And ${left} more.`] : [])].join(' ');
}

function wayOn({ kind, entry }: JournalFacts, domain: string): string {
  if (kind === 'published')
    return `Somebody has changed it since. unsent journal show ${entry} tells what was published.`;
  return `Somebody has changed it since. unsent lockdown ${domain} closes it again; if it is to be open, unsent unlock ${domain} puts the rest back too.`;
}

function minute(iso: string): string {
  return iso.slice(0, 16).replace('T', ' ');
}
