// Preloaded into a scan (node --import): counts what it asks of its database and ends the process, as `kill -9` does,
// at one of these moments. UNSENT_KILL_AT is KIND:NUMBER; without it the counts are written to the file UNSENT_COUNTS.
//   statement:7       before the 7th statement
//   commit:3          before the 3rd commit reaches the database
//   committed:3       just after it did
import { writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { isMainThread } from 'node:worker_threads';
import { root } from './run.mjs';

const Database = createRequire(`${root}packages/store/package.json`)('libsql');
const [kind, at] = (process.env.UNSENT_KILL_AT ?? ':0').split(':');
const counts = { statement: 0, commit: 0, committed: 0 };

if (isMainThread) {
  const { prepare, exec } = Database.prototype;
  Database.prototype.exec = function (text) {
    meet('statement');
    if (text === 'COMMIT') meet('commit');
    const result = exec.call(this, text);
    if (text === 'COMMIT') meet('committed');
    return result;
  };
  Database.prototype.prepare = function (text) {
    const statement = prepare.call(this, text);
    for (const name of ['run', 'all']) {
      const work = statement[name].bind(statement);
      statement[name] = (...values) => {
        meet('statement');
        return work(...values);
      };
    }
    return statement;
  };
  if (process.env.UNSENT_COUNTS !== undefined) {
    process.on('exit', () => writeFileSync(process.env.UNSENT_COUNTS, JSON.stringify(counts)));
  }
}

function meet(what) {
  counts[what] += 1;
  if (what === kind && counts[what] === Number(at)) process.kill(process.pid, 'SIGKILL');
}
