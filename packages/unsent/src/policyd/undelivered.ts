import { mkdir, open, readdir, readFile, rename, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import type { Delivery } from './store-protocol.ts';

/** Counts that could not be delivered before the daemon ended, each in a file of its own. */
const NAME = /^counts-[0-9a-f-]{36}-\d+\.json$/;

/** Keeps counts for the next start. */
export async function keepDelivery(folder: string, delivery: Delivery): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const path = join(folder, `counts-${delivery.daemon}-${delivery.number}.json`);
  const file = await open(`${path}.part`, 'w', 0o600);
  try {
    await file.writeFile(JSON.stringify(delivery));
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(`${path}.part`, path);
}

/** Hands over what earlier daemons kept, in their order; a file goes when `deliver` has resolved. */
export async function deliverKept(folder: string, deliver: (delivery: Delivery) => Promise<void>): Promise<void> {
  const names = (await readdir(folder).catch(() => [])).filter((name) => NAME.test(name));
  const kept = await Promise.all(
    names.map(async (name) => ({ name, delivery: await readDelivery(join(folder, name)) })),
  );
  for (const { name, delivery } of kept.sort((a, b) => a.delivery.number - b.delivery.number)) {
    await deliver(delivery);
    await unlink(join(folder, name));
  }
}

async function readDelivery(path: string): Promise<Delivery> {
  const delivery: Delivery = JSON.parse(await readFile(path, 'utf8'));
  const senders = delivery.batch.senders.map((one) => ({ ...one, lastSeenAt: new Date(one.lastSeenAt) }));
  return { ...delivery, batch: { ...delivery.batch, senders } };
}
