/** Maps `items` with at most `limit` calls of `work` under way; results stand in the order of the items. */
export async function inParallel<T, U>(
  items: readonly T[],
  limit: number,
  work: (item: T) => Promise<U>,
): Promise<readonly U[]> {
  const results: { readonly at: number; readonly value: U }[] = [];
  const queue = items.entries();
  const worker = async (): Promise<void> => {
    for (const [at, item] of queue) results.push({ at, value: await work(item) });
  };
  await Promise.all(Array.from({ length: Math.min(limit, items.length) }, worker));
  return results.sort((a, b) => a.at - b.at).map(({ value }) => value);
}
