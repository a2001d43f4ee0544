import type pg from 'pg';

const PAGES_AT_ONCE = 64;

/** What each connection is told before anything else, in one message. */
export async function prepareSession(client: pg.ClientBase, schema: string): Promise<void> {
  client.on('error', () => undefined); // whoever uses it is told by the statement
  await client.query(`
    -- Sums over a million domains: the server's default would sort them on the disk, and compile each question first.
    SET work_mem TO '128MB'; SET jit TO off;
    -- The events of one domain lie far apart: where the server can ask for many pages at once (its default is not 0),
    -- that takes a third of the time.
    SELECT set_config(name, '${PAGES_AT_ONCE}', false) FROM pg_settings
      WHERE name = 'effective_io_concurrency' AND setting::INTEGER BETWEEN 1 AND ${PAGES_AT_ONCE};
    -- A client that vanished must not keep its locks: the server looks after it, and ends what it left open.
    SET search_path TO ${schema}; SET idle_in_transaction_session_timeout TO '60s';
    SET tcp_keepalives_idle TO 30; SET tcp_keepalives_interval TO 10; SET tcp_keepalives_count TO 3`);
}
