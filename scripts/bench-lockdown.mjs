// How long a dry run takes, and 10,000 zones at Cloudflare's limits.
//   node scripts/bench-lockdown.mjs [--rounds 9] [--zones 10000] [--realtime]   (build first: npm run build)
// The dry run is the whole command, from its start to its end, on a zone of ten records at the stand-in for Cloudflare's
// API on loopback, beside a Node that does nothing and this command saying its version; they take turns, and the table shows
// medians. On a machine that others keep busy --realtime (root, chrt) times them as if they were alone. The 10,000 zones pass in a clock that jumps: two calls each, by the runner and the pacer that the command uses.
import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { parseArgs } from 'node:util';
import { build } from 'esbuild';
import './lib/plain-start.mjs';
import { root } from './lib/run.mjs';

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '9' },
    zones: { type: 'string', default: '10000' },
    realtime: { type: 'boolean', default: false },
  },
});

/** What every process of the dry run is started by. */
const PRIORITY = values.realtime ? ['chrt', '-f', '1'] : ['env'];
const work = mkdtempSync(join(tmpdir(), 'unsent-bench-lockdown-'));
try {
  await timeDryRun(Number(values.rounds));
  await simulate(Number(values.zones));
} finally {
  rmSync(work, { recursive: true });
}

async function timeDryRun(rounds) {
  const zone = 'parked.example';
  const standIn = await startStandIn(zone);
  writeFileSync(join(work, 'dns'), `${zone}. 300 IN NS amy.ns.example.net.\n${zone}. 300 IN NS bob.ns.example.net.\n`);
  writeFileSync(join(work, 'unsent.yaml'), `provider: {name: cloudflare}\ndomains: {unused: [${zone}]}\n`);
  const command = join(root, 'packages/unsent/bin/unsent.js');
  const globals = [
    '--dns',
    `zone:${join(work, 'dns')}`,
    '--config',
    join(work, 'unsent.yaml'),
    '--state',
    join(work, 'db'),
  ];
  const runs = [
    { title: 'node -e 0', args: ['-e', '0'], wall: [], user: [] },
    { title: 'unsent --version', args: [command, '--version'], wall: [], user: [] },
    {
      title: 'unsent lockdown --dry-run',
      args: [command, 'lockdown', zone, '--dry-run', ...globals],
      wall: [],
      user: [],
    },
  ];
  const env = { ...process.env, CLOUDFLARE_API_TOKEN: standIn.token, CLOUDFLARE_BASE_URL: standIn.url };
  try {
    for (const run of runs) once(run, env); // warms the disk
    for (let round = 0; round < rounds; round++) {
      for (const run of runs) {
        const { wall, user } = once(run, env);
        run.wall.push(wall);
        run.user.push(user);
      }
    }
  } finally {
    standIn.child.kill();
  }
  console.log(`${rounds} rounds, in turn            wall ms (least)   cpu ms`);
  for (const { title, wall, user } of runs) {
    const least = Math.round(Math.min(...wall));
    console.log(`${title.padEnd(28)} ${format(median(wall))} ${`(${least})`.padStart(8)} ${format(median(user))}`);
  }
}

/** The shell's own `time` knows the CPU time of what it waited for. */
function once({ title, args }, env) {
  const script = 'TIMEFORMAT="%R %U %S"; time "$@" > /dev/null';
  const { status, stderr } = spawnSync('bash', ['-c', script, 'bash', ...PRIORITY, process.execPath, ...args], {
    env,
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(`${title} ended with ${status}: ${stderr}`);
  const [wall, user, system] = stderr.trim().split('\n').at(-1).split(' ').map(Number);
  return { wall: wall * 1000, user: (user + system) * 1000 };
}

/** The stand-in of the tests, in a process of its own. */
async function startStandIn(zone) {
  const path = await compiled(
    'stand-in',
    `import { startStandIn } from './test/support/cloudflare-stand-in/server.ts';
     import { parkedZone } from './test/support/cloudflare-stand-in/zones.ts';
     const { url, token } = await startStandIn([parkedZone('${zone}')]);
     console.log(JSON.stringify({ url, token }));`,
  );
  const env = { UNSENT_SHARED: join(root, '../shared'), ...process.env };
  const child = spawn(PRIORITY[0], [...PRIORITY.slice(1), process.execPath, path], {
    env,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  for await (const line of child.stdout) return { child, ...JSON.parse(String(line)) };
  throw new Error('the stand-in did not start');
}

async function simulate(zones) {
  const path = await compiled(
    'simulation',
    `export { simulatePortfolio } from './packages/lockdown/test/support/simulation.ts';`,
  );
  const { simulatePortfolio } = await import(path);
  const { calls, refused, minutes, busiest } = await simulatePortfolio(zones);
  const least = (calls / 1200) * 5;
  console.log(
    `\n${zones} zones, ${calls} calls: ${minutes.toFixed(1)} simulated minutes, ${(minutes / least).toFixed(3)} x the ${least.toFixed(1)} of the full limit`,
  );
  console.log(`busiest 300 s: ${busiest} calls; refused: ${refused}`);
}

/** Test support is TypeScript; Node 20 does not read that. */
async function compiled(name, contents) {
  const outfile = join(work, `${name}.mjs`);
  await build({
    stdin: { contents, resolveDir: root, loader: 'ts' },
    outfile,
    bundle: true,
    platform: 'node',
    format: 'esm',
    banner: { js: "import { createRequire } from 'node:module';\nconst require = createRequire(import.meta.url);" },
  });
  return outfile;
}

function median(numbers) {
  const sorted = [...numbers].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)];
}

function format(ms) {
  return String(Math.round(ms)).padStart(7);
}
