import { insertRows, integer, type Row, type Sql, text, textOrNull } from './sql.ts';

/** Decisions of one hour (since 1970, UTC) that are alike; the shape that the policy daemon declares. */
export type StoredDecisionCount = {
  readonly hour: number;
  readonly rule: string;
  readonly identity: string;
  readonly result: string;
  readonly action: string;
  readonly domain: string;
  readonly count: number;
};

/** A sender domain: how strict its SPF record is, and what is wrong with a broken one. */
export type StoredSenderCount = {
  readonly domain: string;
  readonly strictness: string;
  readonly problem: string | null;
  readonly lastSeenAt: Date;
  readonly count: number;
};

export type StoredTallyBatch = {
  readonly decisions: readonly StoredDecisionCount[];
  readonly senders: readonly StoredSenderCount[];
};

/** Tells a batch from all others: `number` grows with each batch of a daemon. */
export type StoredDelivery = { readonly daemon: string; readonly number: number };

/** Decisions that are alike, whatever the hour and the domain. */
export type DecisionTotal = Omit<StoredDecisionCount, 'hour' | 'domain'>;
export type CountedName = { readonly name: string; readonly count: number };

/** What the policy daemon counted. */
export interface PolicyCounters {
  /** Adds a batch whole or not at all; one that was delivered before is left out. */
  add(batch: StoredTallyBatch, delivery?: StoredDelivery | null): Promise<void>;
  /** Whole hours from the one of `since` on; the most frequent first. Of one domain, or of all. */
  totals(since: Date, domain?: string): Promise<readonly DecisionTotal[]>;
  /** The domains that were refused most, for themselves or in whose name. */
  refusedDomains(since: Date, limit: number): Promise<readonly CountedName[]>;
  /** Number of sender domains seen since then, by strictness. */
  strictness(since: Date): Promise<readonly CountedName[]>;
  /** The most seen senders of these kinds. */
  senders(since: Date, strictness: readonly string[], limit: number): Promise<readonly StoredSenderCount[]>;
  /** Forgets what is older: strangers choose the names, so that they would grow for ever. */
  prune(before: Date): Promise<void>;
}

const MS_PER_HOUR = 3_600_000;
const REFUSALS = "('reject', 'defer', 'would-reject', 'would-defer')";

/** The counters over an engine. */
export function sqlPolicyCounters(sql: Sql): PolicyCounters {
  return {
    add: (batch, delivery = null) =>
      sql.transaction(async (inside) => {
        if (delivery === null || (await isNew(inside, delivery))) await addBatch(inside, batch);
      }, 'soon'),
    totals: (since, domain) => totals(sql, since, domain ?? null),
    refusedDomains: async (since, limit) => {
      const rows = await sql.all(
        `SELECT domain AS name, SUM(messages) AS messages FROM policy_hourly
         WHERE hour >= ? AND domain <> '' AND action IN ${REFUSALS}
         GROUP BY domain ORDER BY messages DESC, domain LIMIT ?`,
        [hourOf(since), limit],
      );
      return rows.map(countedName);
    },
    strictness: async (since) => {
      const rows = await sql.all(
        `SELECT strictness AS name, COUNT(*) AS messages FROM policy_sender WHERE last_seen_at >= ?
         GROUP BY strictness ORDER BY messages DESC, strictness`,
        [since.getTime()],
      );
      return rows.map(countedName);
    },
    senders: async (since, strictness, limit) => {
      const kinds = strictness.map(() => '?').join(', ');
      const rows = await sql.all(
        `SELECT domain, strictness, problem, last_seen_at, messages FROM policy_sender
         WHERE last_seen_at >= ? AND strictness IN (${kinds}) ORDER BY messages DESC, domain LIMIT ?`,
        [since.getTime(), ...strictness, limit],
      );
      return rows.map((row) => ({
        domain: text(row, 'domain'),
        strictness: text(row, 'strictness'),
        problem: textOrNull(row, 'problem'),
        lastSeenAt: new Date(integer(row, 'last_seen_at')),
        count: integer(row, 'messages'),
      }));
    },
    prune: (before) =>
      sql.transaction(async (inside) => {
        await inside.run('DELETE FROM policy_hourly WHERE hour < ?', [hourOf(before)]);
        await inside.run('DELETE FROM policy_sender WHERE last_seen_at < ?', [before.getTime()]);
        await inside.run('DELETE FROM policy_delivery WHERE delivered_at < ?', [before.getTime()]);
      }, 'soon'),
  };
}

/** Notes the delivery; false when this batch, or a later one, was delivered already. */
async function isNew(sql: Sql, { daemon, number }: StoredDelivery): Promise<boolean> {
  const rows = await sql.all(
    `INSERT INTO policy_delivery (daemon, number, delivered_at) VALUES (?, ?, ?)
     ON CONFLICT (daemon) DO UPDATE SET number = excluded.number, delivered_at = excluded.delivered_at
     WHERE policy_delivery.number < excluded.number RETURNING number`,
    [daemon, number, Date.now()],
  );
  return rows.length > 0;
}

async function totals(sql: Sql, since: Date, domain: string | null): Promise<readonly DecisionTotal[]> {
  const rows = await sql.all(
    `SELECT rule, identity, result, action, SUM(messages) AS messages FROM policy_hourly
     WHERE hour >= ? ${domain === null ? '' : 'AND domain = ?'}
     GROUP BY rule, identity, result, action ORDER BY messages DESC, rule, identity, result, action`,
    [hourOf(since), ...(domain === null ? [] : [domain])],
  );
  return rows.map((row) => ({
    rule: text(row, 'rule'),
    identity: text(row, 'identity'),
    result: text(row, 'result'),
    action: text(row, 'action'),
    count: integer(row, 'messages'),
  }));
}

async function addBatch(sql: Sql, { decisions, senders }: StoredTallyBatch): Promise<void> {
  await insertRows(
    sql,
    'policy_hourly',
    ['hour', 'rule', 'identity', 'result', 'action', 'domain', 'messages'],
    inOneOrder(
      decisions.map((one) => [one.hour, one.rule, one.identity, one.result, one.action, one.domain, one.count]),
    ),
    `ON CONFLICT (hour, rule, identity, result, action, domain)
     DO UPDATE SET messages = policy_hourly.messages + excluded.messages`,
  );
  await insertRows(
    sql,
    'policy_sender',
    ['domain', 'strictness', 'problem', 'last_seen_at', 'messages'],
    inOneOrder(senders.map((one) => [one.domain, one.strictness, one.problem, one.lastSeenAt.getTime(), one.count])),
    // What the record says now is what counts: owners mend their records.
    `ON CONFLICT (domain) DO UPDATE SET strictness = excluded.strictness, problem = excluded.problem,
       last_seen_at = excluded.last_seen_at, messages = policy_sender.messages + excluded.messages`,
  );
}

/** Two daemons then wait for each other's rows instead of dead-locking. */
function inOneOrder<T>(rows: readonly (readonly T[])[]): readonly (readonly T[])[] {
  const keyed = rows.map((row) => ({ row, key: row.join('\n') }));
  return keyed.sort((a, b) => (a.key < b.key ? -1 : 1)).map(({ row }) => row);
}

function countedName(row: Row): CountedName {
  return { name: text(row, 'name'), count: integer(row, 'messages') };
}

function hourOf(at: Date): number {
  return Math.floor(at.getTime() / MS_PER_HOUR);
}
