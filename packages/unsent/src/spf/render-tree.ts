import type { LookupTerm, LookupTree } from '@unsent/spf';
import { plural } from '../output/number.ts';
import type { Style } from '../output/style.ts';
import { type Cell, renderTable } from '../output/table.ts';
import { type Look, paragraph, showRecordLine } from './show.ts';

type Row = readonly Cell[];

const MAX_LOOKUPS = 10;
const MAX_VOIDS = 2;

/** One line a term, includes opened below it, with what each costs altogether. */
export function renderTree(tree: LookupTree, look: Look): string {
  const { style } = look;
  if (tree.record === null) return `${style.bold(tree.domain)}: ${style.red(tree.detail)}\n`;
  const broken = tree.state === 'broken' ? paragraph(`cannot be used: ${tree.detail}`, 2, look) : '';
  const columns = [
    { title: '', minWidth: 30 },
    { title: '', minWidth: 16 },
    { title: 'lookups', align: 'right' as const },
    { title: 'void', align: 'right' as const },
  ];
  const rows = [...nodeRows(tree, '', style), totalRow(tree, style)];
  const table = renderTable(columns, rows, { width: look.width, indent: 2, paintTitle: style.dim });
  return `${style.bold(tree.domain)}\n${paragraph(showRecordLine(tree.record), 2, look)}${style.red(broken)}\n${table}`;
}

function nodeRows(tree: LookupTree, margin: string, style: Style): readonly Row[] {
  const groups = groupNetworks(tree.terms);
  return groups.flatMap((group, i) => {
    const isLast = i === groups.length - 1;
    const head = `${margin}${isLast ? '└ ' : '├ '}`;
    const below = `${margin}${isLast ? '  ' : '│ '}`;
    const [term] = group;
    if (term === undefined) return [];
    if (group.length > 1) return [[{ text: head + networksText(group), paint: style.dim }]];
    return [termRow(head, term, style), ...(term.inner === null ? [] : nodeRows(term.inner, below, style))];
  });
}

/** More than two `ip4` and `ip6` in a row are one line: they cost nothing. */
function groupNetworks(terms: readonly LookupTerm[]): readonly (readonly LookupTerm[])[] {
  const groups: LookupTerm[][] = [];
  for (const term of terms) {
    const last = groups.at(-1);
    if (last?.[0] !== undefined && isNetwork(term) && isNetwork(last[0])) last.push(term);
    else groups.push([term]);
  }
  return groups.flatMap((group) => (group.length > 2 ? [group] : group.map((term) => [term])));
}

function isNetwork({ name }: LookupTerm): boolean {
  return name === 'ip4' || name === 'ip6';
}

function networksText(group: readonly LookupTerm[]): string {
  const count4 = group.filter(({ name }) => name === 'ip4').length;
  const count6 = group.length - count4;
  const parts = [count4 > 0 ? plural(count4, 'ip4 term') : '', count6 > 0 ? plural(count6, 'ip6 term') : ''];
  return parts.filter((part) => part !== '').join(', ');
}

function termRow(head: string, term: LookupTerm, style: Style): Row {
  const { lookups, voids } = term;
  const paint = isBad(term) ? style.red : (text: string) => text;
  return [
    head + showRecordLine(term.term),
    { text: saysText(term), paint },
    lookups === 0 ? '' : String(lookups),
    voids.ipv4 + voids.ipv6 === 0 ? '' : voidText(voids),
  ];
}

function isBad({ answer, inner }: LookupTerm): boolean {
  return (answer !== null && answer.kind !== 'found') || (inner !== null && inner.state !== 'ok');
}

function saysText({ answer, inner, name, target }: LookupTerm): string {
  if (inner !== null) return inner.detail;
  if (answer !== null) return answer.text;
  const asks = name !== 'all' && name !== 'ip4' && name !== 'ip6';
  return asks && target === null ? 'depends on the message' : name === 'ptr' ? 'depends on the client' : '';
}

function totalRow({ lookups, voids }: LookupTree, style: Style): Row {
  const isOver = lookups > MAX_LOOKUPS;
  const isVoid = voids.ipv4 > MAX_VOIDS || voids.ipv6 > MAX_VOIDS;
  return [
    { text: 'allowed: 10 lookups, 2 void lookups', paint: style.dim },
    '',
    { text: String(lookups), paint: isOver ? style.red : style.bold },
    { text: voidText(voids), paint: isVoid ? style.red : style.bold },
  ];
}

/** `1`, or `0/2` where clients of the two families see different names. */
function voidText({ ipv4, ipv6 }: { readonly ipv4: number; readonly ipv6: number }): string {
  return ipv4 === ipv6 ? String(ipv4) : `${ipv4} v4, ${ipv6} v6`;
}
