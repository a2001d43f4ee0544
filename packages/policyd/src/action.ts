/**
 * What Postfix shall do: one `action=` line, see access(5).
 *
 * Texts are single lines of printable ASCII by the time they are formatted; `formatAction` sees to it.
 */
export type PolicyAction =
  | { readonly kind: 'dunno' }
  /** `replyCode` null leaves the code to Postfix (access_map_reject_code, 554). */
  | {
      readonly kind: 'reject';
      readonly replyCode: 550 | null;
      readonly status: `5.${string}`;
      readonly text: string;
    }
  /** Defers only if nothing later would reject (DEFER_IF_PERMIT). */
  | { readonly kind: 'defer'; readonly status: `4.${string}`; readonly text: string }
  | { readonly kind: 'prepend'; readonly header: string }
  /** The name of a restriction or restriction class of main.cf. */
  | { readonly kind: 'restriction'; readonly name: string };
