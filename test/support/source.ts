/** Module specifiers that a TypeScript source imports or re-exports, in order; types included. */
export function importsOf(text: string): string[] {
  const pattern =
    /(?:^|\n)\s*(?:import|export)\b[^'"`;]*?from\s*['"]([^'"]+)['"]|(?:^|\n)\s*import\s*['"]([^'"]+)['"]|\bimport\(\s*['"]([^'"]+)['"]\s*\)/g;
  return [...text.matchAll(pattern)].map((match) => match[1] ?? match[2] ?? match[3] ?? '');
}

/**
 * Length in lines of each named function, from its first line to its closing brace.
 *
 * Reads the layout that the formatter guarantees: a function's closing brace stands alone at the indentation of its
 * first line.
 */
export function functionLengths(text: string): { name: string; lines: number }[] {
  const lines = text.split('\n');
  const opening =
    /^(\s*)(?:export )?(?:(?:async )?function\*? ?(\w+)|const (\w+)\b.*=> \{$|(?:readonly |static |private |async |get |set |override )*(#?\w+)\([^;]*\{$)/;
  return lines.flatMap((line, start) => {
    const match = opening.exec(line);
    const name = match?.[2] ?? match?.[3] ?? match?.[4];
    if (match === null || name === undefined || /^(if|for|while|switch|catch|return|super)$/.test(name)) return [];
    const closing = new RegExp(`^${match[1]}\\}`);
    const length = lines.slice(start + 1).findIndex((later) => closing.test(later));
    return length === -1 ? [] : [{ name, lines: length + 2 }];
  });
}

/** The groups of nodes that reach one another (Tarjan's strongly connected components of two nodes or more). */
export function circlesIn(graph: ReadonlyMap<string, readonly string[]>): readonly (readonly string[])[] {
  const order = new Map<string, number>();
  const open: string[] = [];
  const circles: string[][] = [];
  const visit = (node: string): number => {
    const own = order.size;
    order.set(node, own);
    let low = own;
    open.push(node);
    for (const next of graph.get(node) ?? []) {
      if (!graph.has(next)) continue;
      if (!order.has(next)) low = Math.min(low, visit(next));
      else if (open.includes(next)) low = Math.min(low, order.get(next) ?? own);
    }
    if (low === own) {
      const circle = open.splice(open.indexOf(node));
      if (circle.length > 1) circles.push(circle.sort());
    }
    return low;
  };
  for (const node of graph.keys()) if (!order.has(node)) visit(node);
  return circles;
}
