/** A command line and what it printed; a line that is `…` stands for any number of lines, a leading one for any text. */
export type Shown = { readonly command: string; readonly output: string };

/** The runs that a page shows in its `console` blocks; `label` stands behind the word, or nothing does. */
export function shownRuns(text: string, label: string | null = null): readonly Shown[] {
  const fence = label === null ? 'console' : `console ${label}`;
  const blocks = [...text.matchAll(new RegExp(`^\`\`\`${fence}\\n(.*?)^\`\`\``, 'gms'))].map(([, block = '']) => block);
  return blocks.flatMap((block) =>
    block
      .split(/^\$ /m)
      .slice(1)
      .map((run) => ({ command: run.slice(0, run.indexOf('\n')), output: run.slice(run.indexOf('\n') + 1) })),
  );
}

/** What the output must be. */
export function patternOf(output: string): RegExp {
  const escaped = output
    .trimEnd()
    .split('\n')
    .map((line) => (line === '…' ? '(?:.*\\n)*?.*' : escapePattern(line)));
  return new RegExp(`^${escaped.join('\\n')}$`);
}

function escapePattern(line: string): string {
  const literal = line.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
  return literal.replace(/^…/, '.*').replace(/\d+\\\.\d s\\\)/, '\\d+\\.\\d s\\)');
}

/** The words of a command line; what stands in quotes is one. */
export function wordsOf(command: string): readonly string[] {
  return [...command.matchAll(/'([^']*)'|"([^"]*)"|(\S+)/g)].map(([, one, two, three]) => one ?? two ?? three ?? '');
}
