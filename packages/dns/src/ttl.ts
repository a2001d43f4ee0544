const FACTORS: ReadonlyMap<string, number> = new Map([
  ['', 1],
  ['s', 1],
  ['m', 60],
  ['h', 3_600],
  ['d', 86_400],
  ['w', 604_800],
]);

/** A TTL in seconds, or as BIND writes it, `1h30m`; null for anything else and beyond 31 bits (RFC 2181 §8). */
export function parseTtl(text: string): number | null {
  if (!/^([0-9]+[smhdw])*[0-9]*$/i.test(text) || text === '') return null;
  let seconds = 0;
  for (const [, digits, unit = ''] of text.matchAll(/([0-9]+)([smhdw]?)/gi))
    seconds += Number(digits) * (FACTORS.get(unit.toLowerCase()) ?? 1);
  return seconds <= 0x7fffffff ? seconds : null;
}
