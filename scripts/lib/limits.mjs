import { readdirSync, readFileSync } from 'node:fs';
import { root } from './run.mjs';

/** Packages that read what strangers write. */
const PACKAGES = ['dns', 'spf', 'bounce', 'policyd'];
const CONSTANT = /^(?:export )?const ((?:DEFAULT_)?MAX_[A-Z0-9_]+)(?:: \w+)? = ([\d_<>*+ ]+);/gm;

/** Every bound of the packages that read what strangers write: `{ file, name, value }`, in the order of the files. */
export function limitsInSources() {
  return PACKAGES.flatMap((name) =>
    readdirSync(`${root}packages/${name}/src`, { recursive: true })
      .filter((path) => path.endsWith('.ts'))
      .sort()
      .flatMap((path) =>
        [...readFileSync(`${root}packages/${name}/src/${path}`, 'utf8').matchAll(CONSTANT)].map(
          ([, constant, expression]) => ({
            file: `${name}/src/${path}`,
            name: constant,
            value: numberFrom(expression),
          }),
        ),
      ),
  );
}

/** Of a sum of literals: digits, `_`, `<<`, `*` and `+` alone come here. */
function numberFrom(expression) {
  return Number(Function(`return ${expression}`)());
}

/** One line a file, without those that `page` names already. */
export function limitList(page) {
  const byFile = new Map();
  for (const { file, name, value } of limitsInSources()) {
    if (page.includes(`\`${file}\` \`${name}\``)) continue;
    byFile.set(file, [...(byFile.get(file) ?? []), `${name} ${value.toLocaleString('en')}`]);
  }
  return `${[...byFile].map(([file, found]) => `- \`${file}\`: ${found.join(', ')}`).join('\n')}\n`;
}
