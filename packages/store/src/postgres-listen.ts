import type { PostgresConnection } from './postgres-connection.ts';

const FIRST_WAIT_MS = 100;
const LONGEST_WAIT_MS = 5_000;

/**
 * Listens on a channel with a connection of its own, and connects again when that is lost. What was announced meanwhile
 * is not known, so `onChange` is called after each connecting, too.
 */
export async function listenOn(
  connection: Pick<PostgresConnection, 'newClient'>,
  channel: string,
  onChange: () => void,
): Promise<() => Promise<void>> {
  let client = connection.newClient();
  let isStopped = false;
  let timer: NodeJS.Timeout | null = null;
  const connect = async (waitMs: number): Promise<void> => {
    const mine = connection.newClient();
    client = mine;
    let isOver = false;
    const again = (nextWaitMs: number): void => {
      if (isOver) return;
      isOver = true;
      void mine.end().catch(() => undefined);
      if (!isStopped) timer = setTimeout(() => void connect(nextWaitMs), waitMs).unref();
    };
    mine.on('error', () => again(FIRST_WAIT_MS));
    mine.on('end', () => again(FIRST_WAIT_MS));
    mine.on('notification', onChange);
    try {
      await mine.connect();
      await mine.query(`LISTEN ${channel}`);
      onChange();
    } catch {
      again(Math.min(waitMs * 2, LONGEST_WAIT_MS));
    }
  };
  await connect(FIRST_WAIT_MS);
  return async () => {
    isStopped = true;
    if (timer !== null) clearTimeout(timer);
    await client.end().catch(() => undefined);
  };
}
