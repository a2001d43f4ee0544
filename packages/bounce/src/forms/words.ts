/** One expression that matches any of the alternatives, which ` | ` separates; white space around them is dropped. */
export function anyOf(alternatives: string): RegExp {
  return new RegExp(
    alternatives
      .split(' |')
      .map((one) => one.trim())
      .join('|'),
  );
}
