/** One header field: the name as written, the value unfolded and decoded for reading (RFC 2047, UTF-8). */
export type HeaderField = { readonly name: string; readonly value: string };

/** The header block of a message in the order it came. Names are compared without case. */
export interface HeaderList {
  /** The first field of that name, or null. */
  get(name: string): string | null;
  /** Every field of that name, in order. */
  all(name: string): readonly string[];
  /** Every field, in order. */
  fields(): readonly HeaderField[];
}
