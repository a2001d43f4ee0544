import { UnsentError } from '@unsent/dns';

const UNIT_MS: Readonly<Record<string, number>> = { h: 3_600_000, d: 86_400_000, w: 604_800_000 };

/** The moment that `--since` names: `24h`, `30d`, `4w` before now, a day (UTC), or null for `all`. Throws `usage`. */
export function parseSince(text: string, now: Date): Date | null {
  if (text === 'all') return null;
  const [, count, unit = ''] = /^(\d{1,5})([hdw])$/.exec(text) ?? [];
  const unitMs = UNIT_MS[unit];
  if (count !== undefined && unitMs !== undefined) return new Date(Math.max(0, now.getTime() - Number(count) * unitMs));
  const day = /^\d{4}-\d{2}-\d{2}$/.test(text) ? new Date(`${text}T00:00:00Z`) : null;
  // Date makes 2 March of 30 February.
  const isDay = day !== null && !Number.isNaN(day.getTime()) && day.toISOString().startsWith(text);
  if (isDay && day.getTime() >= 0 && day <= now) return day;
  throw new UnsentError('usage', {
    message: isDay
      ? `--since ${text} is not between 1970 and now.`
      : `--since ${JSON.stringify(text)} is no time in the past.`,
    hint: 'Write 24h, 30d, 4w, a day such as 2026-11-01, or all.',
    exitCode: 2,
  });
}
