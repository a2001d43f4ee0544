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
