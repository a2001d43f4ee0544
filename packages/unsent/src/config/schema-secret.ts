import * as v from 'valibot';
import { section, text } from './schema-parts.ts';

/** Secrets never stand in the file itself, only where they are found. */
export type SecretPlace =
  | { readonly kind: 'env'; readonly name: string }
  | { readonly kind: 'file'; readonly path: string };

const HOW = 'a secret never stands in this file: write "file: PATH" or "env: NAME" below the key';

/** Where a secret is found: `{file: PATH}` or `{env: NAME}`. The message about anything else never shows it. */
export function secretPlace(): v.GenericSchema<{ file?: string | undefined; env?: string | undefined }, SecretPlace> {
  return v.pipe(
    section({ file: v.optional(text('a path')), env: v.optional(text('the name of a variable')) }, HOW),
    v.description('Where the secret stands: file: PATH or env: NAME.'),
    v.rawTransform(({ dataset, addIssue, NEVER }): SecretPlace => {
      const { file, env } = dataset.value;
      if (file !== undefined && env === undefined) return { kind: 'file', path: file };
      if (env !== undefined && file === undefined) return { kind: 'env', name: env };
      addIssue({ message: 'expected either file or env' });
      return NEVER;
    }),
  );
}
