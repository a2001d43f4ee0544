import { UnsentError } from '@unsent/dns';
import type { KeyPath, Position } from './yaml.ts';

/** One thing that is wrong with the file. */
export type ConfigProblem = { readonly position: Position; readonly path: KeyPath; readonly message: string };

/** `/etc/unsent/unsent.yaml:3:5: domains.unusd: unknown key; did you mean "unused"?` */
export function renderProblem(file: string, { position, path, message }: ConfigProblem): string {
  const key = renderPath(path);
  return `${file}:${position.line}:${position.column}: ${key === '' ? '' : `${key}: `}${message}`;
}

/** The first problem as an error; how many more there are stands in the hint. */
export function configError(file: string, problems: readonly [ConfigProblem, ...ConfigProblem[]]): UnsentError {
  const more = problems.length - 1;
  return new UnsentError('config-invalid', {
    message: renderProblem(file, problems[0]),
    ...(more === 0 ? {} : { hint: `${more} more: unsent config check ${file}` }),
    exitCode: 2,
  });
}

/** `domains.sending."example.com".outbound[2]`, as people write it. */
function renderPath(path: KeyPath): string {
  let text = '';
  for (const step of path) {
    if (typeof step === 'number') text += `[${step + 1}]`;
    else text += `${text === '' ? '' : '.'}${/^[\w-]+$/.test(step) ? step : `"${step}"`}`;
  }
  return text;
}
