/** Turns text into coloured or emphasised text; every function is the identity when colours are off. */
export type Style = {
  readonly bold: Paint;
  readonly dim: Paint;
  readonly red: Paint;
  readonly green: Paint;
  readonly yellow: Paint;
  readonly cyan: Paint;
};

/** Wraps text that is already safe to print. */
export type Paint = (text: string) => string;

/** The style of one output; `isOn` comes from `wantsColor`. */
export function makeStyle(isOn: boolean): Style {
  const paint =
    (open: number, close: number): Paint =>
    (text) =>
      isOn && text !== '' ? `\x1b[${open}m${text}\x1b[${close}m` : text;
  return {
    bold: paint(1, 22),
    dim: paint(2, 22),
    red: paint(31, 39),
    green: paint(32, 39),
    yellow: paint(33, 39),
    cyan: paint(36, 39),
  };
}

/**
 * True if colours should be printed: `--no-color` beats FORCE_COLOR, FORCE_COLOR beats NO_COLOR (no-color.org), and
 * without any of them a terminal decides.
 */
export function wantsColor(
  isAllowed: boolean,
  env: Readonly<Record<string, string | undefined>>,
  isTerminal: boolean,
): boolean {
  if (!isAllowed) return false;
  const forced = env['FORCE_COLOR'];
  if (forced !== undefined && forced !== '') return forced !== '0' && forced !== 'false';
  const refused = env['NO_COLOR'];
  if (refused !== undefined && refused !== '') return false;
  return isTerminal && env['TERM'] !== 'dumb';
}
