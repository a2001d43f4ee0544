/** The first step of the schema: what a scanner and a lockdown need. See schema.ts for what the tables hold. */
export const FIRST_TABLES = `
  CREATE TABLE seen (
    identity BLOB NOT NULL PRIMARY KEY,
    arrived_at INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE scan_run (
    id INTEGER PRIMARY KEY,
    started_at INTEGER NOT NULL,
    finished_at INTEGER,
    sources TEXT NOT NULL,
    messages INTEGER NOT NULL DEFAULT 0,
    added INTEGER NOT NULL DEFAULT 0
  ) STRICT;

  CREATE TABLE event (
    id INTEGER PRIMARY KEY,
    run INTEGER NOT NULL,
    arrived_at INTEGER NOT NULL,
    kind TEXT NOT NULL,
    backscatter TEXT NOT NULL,
    decisive INTEGER NOT NULL,
    domain TEXT NOT NULL,
    local_part TEXT,
    reporter TEXT,
    origin_ip TEXT,
    network TEXT,
    origin_spf TEXT,
    evidence TEXT NOT NULL,
    identity BLOB NOT NULL,
    source TEXT NOT NULL,
    place TEXT NOT NULL,
    message_id TEXT,
    subject TEXT,
    error TEXT
  ) STRICT /* by month of arrived_at */;
  CREATE INDEX event_by_run ON event (run);
  CREATE INDEX event_by_time ON event (arrived_at);
  CREATE INDEX event_by_domain ON event (domain, arrived_at);

  CREATE TABLE hourly (
    domain TEXT NOT NULL,
    hour INTEGER NOT NULL,
    kind TEXT NOT NULL,
    backscatter TEXT NOT NULL,
    decisive INTEGER NOT NULL,
    messages INTEGER NOT NULL,
    first_at INTEGER NOT NULL,
    last_at INTEGER NOT NULL,
    PRIMARY KEY (domain, hour, kind, backscatter, decisive)
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE source (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    position TEXT
  ) STRICT;
  CREATE TABLE source_item (
    source INTEGER NOT NULL,
    item TEXT NOT NULL,
    PRIMARY KEY (source, item)
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE journal (
    id TEXT NOT NULL PRIMARY KEY,
    kind TEXT NOT NULL,
    zone TEXT NOT NULL,
    provider TEXT NOT NULL,
    state TEXT NOT NULL,
    begun_at TEXT NOT NULL,
    finished_at TEXT,
    detail TEXT,
    undoes TEXT NOT NULL,
    snapshot TEXT NOT NULL,
    plan TEXT NOT NULL,
    zone_text TEXT NOT NULL
  ) STRICT;

  CREATE TABLE locked_domain (
    name TEXT NOT NULL PRIMARY KEY,
    locked_at INTEGER NOT NULL,
    journal TEXT NOT NULL
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE sent (
    sent_key BLOB NOT NULL PRIMARY KEY,
    seen_at INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE sent_sender (
    domain TEXT NOT NULL,
    host TEXT NOT NULL,
    last_seen_at INTEGER NOT NULL,
    PRIMARY KEY (domain, host)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE sent_span (
    host TEXT NOT NULL,
    from_at INTEGER NOT NULL,
    until_at INTEGER NOT NULL,
    PRIMARY KEY (host, from_at)
  ) STRICT, WITHOUT ROWID;
`;
