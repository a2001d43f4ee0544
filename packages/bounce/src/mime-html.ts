const BLOCK = new Set([
  'br',
  'p',
  'div',
  'tr',
  'li',
  'td',
  'table',
  'h1',
  'h2',
  'h3',
  'h4',
  'hr',
  'ul',
  'pre',
  'title',
]);
const HIDDEN = new Set(['style', 'script']);
const ENTITIES: Readonly<Record<string, string>> = { lt: '<', gt: '>', amp: '&', quot: '"', nbsp: ' ', apos: "'" };
const MAX_TAG = 4000;

/**
 * The text of an HTML notice, one line per block element.
 *
 * No parser: a report's HTML is only searched for addresses and replies. Each char is looked at a bounded number of
 * times, whatever the markup.
 */
export function htmlToText(html: string): string {
  let out = '';
  let at = 0;
  while (at < html.length) {
    const open = html.indexOf('<', at);
    if (open === -1) return out + decodeEntities(html.slice(at));
    out += decodeEntities(html.slice(at, open).replaceAll('\n', ' '));
    const close = html.indexOf('>', open);
    if (close === -1) return out;
    const name = tagName(html, open);
    // "<user@example.com>" written without escaping is an address, not a tag.
    if (name === '') out += html.slice(open, Math.min(close + 1, open + MAX_TAG));
    else if (BLOCK.has(name)) out += '\n';
    at = HIDDEN.has(name) && html[open + 1] !== '/' ? afterElement(html, name, close) : close + 1;
  }
  return out;
}

const TAG_NAME = /<\/?([a-z][a-z0-9]{0,20}|!--|!doctype)(?=[\s/>-])/iy;

function tagName(html: string, open: number): string {
  TAG_NAME.lastIndex = open;
  return TAG_NAME.exec(html)?.[1]?.toLowerCase() ?? '';
}

function afterElement(html: string, name: string, from: number): number {
  const end = html.indexOf(`</${name}`, from);
  return end === -1 ? html.length : end;
}

const ENTITY = /&(?:#(\d{1,7})|#x([0-9a-f]{1,6})|([a-z]{2,6}));/gi;

function decodeEntities(text: string): string {
  if (!text.includes('&')) return text;
  return text.replace(ENTITY, (whole, decimal?: string, hex?: string, name?: string) => {
    if (name !== undefined) return ENTITIES[name.toLowerCase()] ?? whole;
    const code = decimal === undefined ? Number.parseInt(hex ?? '', 16) : Number.parseInt(decimal, 10);
    return code > 0 && code <= 0x10ffff ? String.fromCodePoint(code) : whole;
  });
}
