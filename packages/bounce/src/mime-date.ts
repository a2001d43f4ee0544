const MAX_LENGTH = 100;

/**
 * Reads a Date header's value (RFC 5322 §3.3 and what mail really holds). Null when it is no date.
 * Comments are dropped; a date without a zone is taken as UTC, as RFC 5322 has no other way to read it.
 */
export function parseMailDate(value: string): Date | null {
  const text = value
    .slice(0, MAX_LENGTH)
    .replace(/\([^()]{0,60}\)/g, ' ')
    .trim();
  const match = RFC5322.exec(text);
  if (match === null) return fallback(text);
  const [, day = '', monthName = '', yearText = '', hour = '', minute = '', second = '0', zone = ''] = match;
  const month = MONTHS.indexOf(monthName.toLowerCase());
  if (month === -1) return null;
  const year = fullYear(Number(yearText));
  const utc = Date.UTC(year, month, Number(day), Number(hour), Number(minute), Number(second));
  return dateOrNull(utc - zoneMinutes(zone) * 60_000);
}

const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];
const RFC5322 =
  /^(?:[a-z]{3,9},?\s{1,5})?(\d{1,2})[\s-]{1,5}([a-z]{3})[a-z]{0,6}[\s-]{1,5}(\d{2,4})\s{1,5}(\d{1,2}):(\d{2})(?::(\d{2}))?(?:\.\d{1,9})?\s{0,5}([+-]\d{4}|[a-z]{1,5})?/i;

// RFC 5322 §4.3: two digits below 50 are this century, three digits count from 1900.
function fullYear(year: number): number {
  if (year < 50) return year + 2000;
  return year < 1000 ? year + 1900 : year;
}

const ZONES: Readonly<Record<string, number>> = {
  EST: -300,
  EDT: -240,
  CST: -360,
  CDT: -300,
  MST: -420,
  MDT: -360,
  PST: -480,
  PDT: -420,
  JST: 540,
  CET: 60,
  CEST: 120,
  MSK: 180,
};

function zoneMinutes(zone: string): number {
  const sign = zone[0] === '-' ? -1 : 1;
  if (/^[+-]\d{4}$/.test(zone)) return sign * (Number(zone.slice(1, 3)) * 60 + Number(zone.slice(3)));
  return ZONES[zone.toUpperCase()] ?? 0;
}

// ISO 8601 and asctime, which some reporters write.
function fallback(text: string): Date | null {
  return text === '' || !/\d{4}/.test(text) ? null : dateOrNull(Date.parse(text));
}

function dateOrNull(time: number): Date | null {
  return Number.isFinite(time) && Math.abs(time) < 8.64e15 ? new Date(time) : null;
}
