import * as v from 'valibot';
import { section, text } from './schema-parts.ts';

/** Secrets never stand in the file itself, only where they are found. */
export type SecretPlace =
  | { readonly kind: 'env'; readonly name: string }
  | { readonly kind: 'file'; readonly path: string }
  /** A line for the shell that prints it, such as a password manager's. */
  | { readonly kind: 'command'; readonly command: string };

type SecretInput = { file?: string | undefined; env?: string | undefined; command?: string | undefined };

const HOW = 'a secret never stands in this file: write "file: PATH", "env: NAME" or "command: LINE" below the key';

/** Where a secret is found: `{file: PATH}`, `{env: NAME}` or `{command: LINE}`. The message about anything else never shows it. */
export function secretPlace(): v.GenericSchema<SecretInput, SecretPlace> {
  return v.pipe(
    section(
      {
        file: v.optional(text('a path')),
        env: v.optional(text('the name of a variable')),
        command: v.optional(text('a command line')),
      },
      HOW,
    ),
    v.description('Where the secret stands: file: PATH, env: NAME, or command: LINE, which prints it.'),
    v.rawTransform(({ dataset, addIssue, NEVER }): SecretPlace => {
      const { file, env, command } = dataset.value;
      const places: SecretPlace[] = [];
      if (file !== undefined) places.push({ kind: 'file', path: file });
      if (env !== undefined) places.push({ kind: 'env', name: env });
      if (command !== undefined) places.push({ kind: 'command', command });
      const [place] = places;
      if (place !== undefined && places.length === 1) return place;
      addIssue({ message: 'expected one of file, env and command' });
      return NEVER;
    }),
  );
}
