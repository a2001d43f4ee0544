import { formatCount, formatPercent, plural } from '../output/number.ts';
import type { ReportData, ReportInjector, ReportWrite } from './data.ts';

/** `1 November 2026 to 26 November 2026` as days, and which domain. */
export function periodOf(data: ReportData): { readonly from: string | null; readonly to: string } {
  const from = data.since ?? data.totals.firstSeen;
  const to = new Date(new Date(data.until).getTime() - 1).toISOString().slice(0, 10);
  return { from: from === null ? null : from.slice(0, 10), to };
}

/** What came, in one sentence. */
export function headlineOf({ totals }: ReportData): string {
  const judged = totals.backscatter + totals.genuine + totals.unknown;
  if (judged === 0) return `${plural(totals.messages, 'message')}, none of them a bounce or an automatic answer.`;
  const share = formatPercent(totals.backscatter, judged);
  const rest = `${plural(totals.genuine, 'was', 'were')} genuine, ${totals.unknown} could not be told`;
  return `${plural(judged, 'bounce')} and automatic answers: ${share} backscatter; ${rest}.`;
}

/** Why the report is empty, and what to type. */
export function emptyReason(data: ReportData): string {
  const about = data.domain === null ? '' : ` about ${data.domain}`;
  const { from } = periodOf(data);
  return data.since === null
    ? `The database holds no message${about}.`
    : `No message${about} has come since ${from}. --since all shows everything that is known.`;
}

const KINDS: Readonly<Record<ReportWrite['kind'], string>> = {
  lockdown: 'locked',
  unlock: 'unlocked',
  spf: 'SPF published',
};

/** `parked.example locked`. */
export function writeLabel({ zone, kind }: ReportWrite): string {
  return `${zone} ${KINDS[kind]}`;
}

/** Did the flood go down? Numbers a day, and what that means. */
export function effectWords({ effect }: ReportWrite): {
  readonly before: string;
  readonly after: string;
  readonly change: string;
} {
  if (effect === null) return { before: '', after: '', change: 'too early to tell' };
  const { hours, before, after } = effect;
  const perDay = (count: number): string => {
    const value = (count / hours) * 24;
    return value >= 10 || value === 0 ? String(Math.round(value)) : value.toFixed(1);
  };
  return { before: perDay(before), after: perDay(after), change: changeWords(before, after) };
}

function changeWords(before: number, after: number): string {
  if (before === 0) return after === 0 ? 'quiet before and after' : 'up from nothing';
  if (after === before) return 'no change';
  if (after > before) return `up ${formatPercent(after - before, before)}`;
  return after === 0 ? 'stopped' : `down ${formatPercent(before - after, before)}`;
}

/** What an ending of an SPF record means for forgers. */
export const STRICTNESS: Readonly<Record<string, string>> = {
  '-all': 'strict: others are refused',
  '~all': 'soft: others are suspect',
  '?all': 'says nothing about others',
  '+all': 'lets everybody send',
  none: 'no SPF record',
  broken: 'cannot be used',
};

/** `fail`, or `fail 12, pass 3`. */
export function spfWords({ spf, count }: ReportInjector): string {
  const [only] = spf;
  if (only !== undefined && only.count === count) return only.name;
  return spf.map((one) => `${one.name} ${formatCount(one.count)}`).join(', ');
}

/** A rule's sentence without what is said beside it. */
export function firstSentence(text: string): string {
  return /^.*?[.:](?= |$)/.exec(text)?.[0].replace(/:$/, '.') ?? text;
}
