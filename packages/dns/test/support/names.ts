import { type IpText, parseIp } from '../../src/index.ts';

export { name } from '../../../../test/support/names.ts';

/** An address that the test is sure of. */
export function ipText(text: string): IpText {
  const parsed = parseIp(text);
  if (parsed === null) throw new Error(`no address: ${text}`);
  return parsed.text;
}
