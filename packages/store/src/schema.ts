import { FIRST_TABLES } from './schema-first.ts';

/** "unst": marks a SQLite file as ours, so that no other program's database is ever written to. */
export const APPLICATION_ID = 0x756e7374;

/**
 * The tables, as steps: step N brings a database from version N-1 to N and is never edited once released.
 *
 * - `seen` alone decides whether a message counts. It is a table of its own because PostgreSQL cannot enforce a key
 *   over partitions that does not hold the partition's column.
 * - `event` holds one row for each message that counted; in PostgreSQL each month is a partition.
 * - `hourly` holds the sums of `event` by domain and hour, written in the same transaction, so that totals never need
 *   a walk over rows. `domain` is '' for messages that are about no domain of ours.
 * - `source` and `source_item` say how far each source was read: a position where there is an order, else the items.
 * - `policy_hourly` and `policy_sender` hold what the policy daemon counted; `domain` is '' where it named none.
 * - `action` holds what was done with messages: written before it is done, and again when it is.
 * - `sent` holds hashes of what we sent, `sent_span` the time for which the log of a host was read.
 * - `scan_lock` says which process reads which mailbox at this moment.
 * - `forgotten` is one row: events that arrived before that hour were dropped, their sums in `hourly` stay.
 * - `notice` says up to which event an address was told of backscatter; NULL: up to the run `told_run`.
 * - `run_end` names the runs whose end is still to be done, and on which host ('': on any): lockdown by evidence, notices,
 *   forgetting.
 * - `revision` counts the changes of a table that others follow, and `locked_change` says what each changed.
 * - `policy_delivery` holds the number of the last batch of counts that a daemon delivered.
 * - `state_copy` is one row while a copy into this database is not finished: of what, and how many steps it has done.
 * - `summary` is a day or a month that is over, summed up over all domains, for ledgers of many millions: by hour, by
 *   domain (`summary_domain`; a month also the days of those hit most, `summary_day`), and by what the report lists (`summary_name`: all names, but of forged addresses the most
 *   frequent ones; none that is left out came up more often than `left_out`). Made from `hourly` and `event` and never
 *   the only place of anything; whoever changes something in its time makes it stale in the same transaction.
 * - `zone_lease` says who works on which zone; `rate_limit` and `rate_call` when an account's last calls were made.
 *
 * Times are milliseconds since 1970 (UTC), `hour` is hours since 1970, flags are 0 or 1.
 */
export const MIGRATIONS: readonly string[] = [
  FIRST_TABLES,
  `
  CREATE TABLE policy_hourly (
    hour INTEGER NOT NULL,
    rule TEXT NOT NULL,
    identity TEXT NOT NULL,
    result TEXT NOT NULL,
    action TEXT NOT NULL,
    domain TEXT NOT NULL,
    messages INTEGER NOT NULL,
    PRIMARY KEY (hour, rule, identity, result, action, domain)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE policy_sender (
    domain TEXT NOT NULL PRIMARY KEY,
    strictness TEXT NOT NULL,
    problem TEXT,
    last_seen_at INTEGER NOT NULL,
    messages INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX policy_sender_by_time ON policy_sender (last_seen_at);
  `,
  `
  ALTER TABLE scan_run ADD COLUMN basis TEXT NOT NULL DEFAULT '';
  `,
  `
  CREATE TABLE action (
    id INTEGER PRIMARY KEY,
    run INTEGER NOT NULL,
    identity BLOB NOT NULL,
    source TEXT NOT NULL,
    kind TEXT NOT NULL,
    target TEXT NOT NULL,
    place TEXT NOT NULL,
    place_after TEXT,
    state TEXT NOT NULL,
    intended_at INTEGER NOT NULL,
    ended_at INTEGER,
    UNIQUE (source, place, kind, target, identity)
  ) STRICT;
  CREATE INDEX action_by_run ON action (run);
  CREATE INDEX action_by_state ON action (source, state);
  `,
  `
  CREATE TABLE scan_lock (
    name TEXT NOT NULL PRIMARY KEY,
    host TEXT NOT NULL,
    pid INTEGER NOT NULL,
    process_start TEXT NOT NULL,
    since_at INTEGER NOT NULL,
    alive_at INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE forgotten (
    id INTEGER NOT NULL PRIMARY KEY,
    before_hour INTEGER NOT NULL
  ) STRICT;
  CREATE TABLE notice (
    address TEXT NOT NULL PRIMARY KEY,
    told_run INTEGER NOT NULL,
    sent_at INTEGER
  ) STRICT, WITHOUT ROWID;
  `,
  `
  CREATE TABLE revision (
    name TEXT NOT NULL PRIMARY KEY,
    number INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;
  INSERT INTO revision (name, number) VALUES ('locked', 0);
  CREATE TABLE locked_change (
    revision INTEGER NOT NULL,
    name TEXT NOT NULL,
    locked_at INTEGER,
    PRIMARY KEY (revision, name)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE policy_delivery (
    daemon TEXT NOT NULL PRIMARY KEY,
    number INTEGER NOT NULL,
    delivered_at INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE zone_lease (
    zone TEXT NOT NULL PRIMARY KEY,
    holder TEXT NOT NULL,
    who TEXT NOT NULL,
    taken_at INTEGER NOT NULL,
    until_at INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE rate_limit (
    account TEXT NOT NULL PRIMARY KEY,
    calls INTEGER NOT NULL,
    paused_until INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE rate_call (
    account TEXT NOT NULL,
    slot INTEGER NOT NULL,
    called_at INTEGER NOT NULL,
    PRIMARY KEY (account, slot)
  ) STRICT, WITHOUT ROWID;
  `,
  // For the report: each holds all that one of its lists asks for, in the order in which it is counted.
  `
  /* SQLite alone */ CREATE INDEX event_by_reporter ON event (reporter, backscatter, domain, arrived_at);
  /* SQLite alone */ CREATE INDEX event_by_network ON event (network, origin_ip, backscatter, domain, arrived_at, origin_spf);
  /* SQLite alone */ CREATE INDEX event_by_forged ON event (domain, local_part, backscatter, arrived_at);
  /* SQLite alone */ CREATE INDEX event_by_evidence ON event (evidence, backscatter, domain, arrived_at);
  /* SQLite alone */ CREATE INDEX event_of_reports ON event (arrived_at, domain, reporter) WHERE kind = 'report';
  `,
  `
  CREATE TABLE state_copy (
    id INTEGER NOT NULL PRIMARY KEY,
    source TEXT NOT NULL,
    begun_at INTEGER NOT NULL,
    step INTEGER NOT NULL
  ) STRICT;
  `,
  `
  CREATE TABLE summary (
    id INTEGER PRIMARY KEY,
    from_hour INTEGER NOT NULL,
    until_hour INTEGER NOT NULL,
    left_out INTEGER NOT NULL DEFAULT 0,
    stale INTEGER NOT NULL DEFAULT 0
  ) STRICT;
  CREATE TABLE summary_hour (
    summary INTEGER NOT NULL,
    hour INTEGER NOT NULL,
    kind TEXT NOT NULL,
    backscatter TEXT NOT NULL,
    decisive INTEGER NOT NULL,
    messages INTEGER NOT NULL,
    first_at INTEGER NOT NULL,
    last_at INTEGER NOT NULL,
    PRIMARY KEY (summary, hour, kind, backscatter, decisive)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE summary_domain (
    summary INTEGER NOT NULL,
    domain TEXT NOT NULL,
    messages INTEGER NOT NULL,
    bounces INTEGER NOT NULL,
    backscatter INTEGER NOT NULL,
    genuine INTEGER NOT NULL,
    unknown INTEGER NOT NULL,
    decisive INTEGER NOT NULL,
    first_at INTEGER NOT NULL,
    last_at INTEGER NOT NULL,
    PRIMARY KEY (summary, domain)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX summary_domain_by_messages ON summary_domain (summary, messages);
  CREATE TABLE summary_name (
    summary INTEGER NOT NULL,
    list TEXT NOT NULL,
    name TEXT NOT NULL,
    detail TEXT NOT NULL,
    messages INTEGER NOT NULL,
    PRIMARY KEY (summary, list, name, detail)
  ) STRICT, WITHOUT ROWID;
  `,
  // It cost a fifth of all that recording a message costs, and saved a report of a million messages a tenth.
  `
  /* SQLite alone */ DROP INDEX event_by_evidence;
  `,
  `
  ALTER TABLE notice ADD COLUMN told_event INTEGER;
  `,
  `
  CREATE TABLE run_end (
    run INTEGER NOT NULL PRIMARY KEY,
    begun_at INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;
  `,
  `
  ALTER TABLE summary ADD COLUMN merged INTEGER NOT NULL DEFAULT 0;
  `,
  `
  CREATE TABLE summary_day (
    summary INTEGER NOT NULL,
    domain TEXT NOT NULL,
    day INTEGER NOT NULL,
    messages INTEGER NOT NULL,
    bounces INTEGER NOT NULL,
    backscatter INTEGER NOT NULL,
    PRIMARY KEY (summary, domain, day)
  ) STRICT, WITHOUT ROWID;
  `,
  `
  ALTER TABLE run_end ADD COLUMN host TEXT NOT NULL DEFAULT '';
  `,
];
