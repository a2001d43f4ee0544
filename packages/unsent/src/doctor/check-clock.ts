import { execFile } from 'node:child_process';
import { stat } from 'node:fs/promises';
import { promisify } from 'node:util';
import type { Config } from '../config.ts';
import type { Shell } from '../shell.ts';
import { bad, type Check, good } from './check.ts';

const ID = 'clock';
const TODO = 'Let systemd-timesyncd or chrony set it. Signed updates (TSIG) and DKIM go by it.';
/** TSIG allows 300 s (RFC 8945 §10), and half of that is no reserve. */
const MAX_SKEW_SECONDS = 60;
const TIME_LIMIT_MS = 5000;
const exec = promisify(execFile);

/**
 * Is the clock right? Nobody on the internet is asked for the time: the date of the provider's answers tells, when it
 * has an HTTP API, the age of the configuration, and what systemd says.
 */
export async function checkClock(shell: Shell, config: Config): Promise<readonly Check[]> {
  const now = shell.now().getTime();
  const written = config.path === null ? null : (await stat(config.path)).mtimeMs;
  if (written !== null && written - now > MAX_SKEW_SECONDS * 1000) {
    return [bad(ID, 'failure', `It is ${timeText(now)} by the clock, before the configuration was written.`, TODO)];
  }
  const theirs = await providerTime(config, shell.env['CLOUDFLARE_BASE_URL']);
  if (theirs !== null) {
    const skew = Math.round((now - theirs) / 1000);
    if (Math.abs(skew) <= MAX_SKEW_SECONDS)
      return [good(ID, `The clock agrees with the provider's (${skew} s apart).`)];
    const way = skew > 0 ? 'ahead of' : 'behind';
    return [bad(ID, 'failure', `The clock is ${Math.abs(skew)} s ${way} the provider's.`, TODO)];
  }
  if ((await isSynchronised()) === false) {
    return [bad(ID, 'warning', 'systemd says that nobody sets the clock (timedatectl).', TODO)];
  }
  return [good(ID, `It is ${timeText(now)} by the clock.`)];
}

/** The date on any answer of the provider's API, a refusal too: no token is sent. Null when there is none. */
async function providerTime({ provider }: Config, cloudflareUrl: string | undefined): Promise<number | null> {
  const url =
    provider?.name === 'cloudflare' ? (provider.url ?? cloudflareUrl ?? 'https://api.cloudflare.com/client/v4') : null;
  const asked = provider?.name === 'powerdns' ? provider.url : url;
  if (asked === null || asked === '') return null;
  try {
    const response = await fetch(asked, {
      method: 'HEAD',
      redirect: 'manual',
      signal: AbortSignal.timeout(TIME_LIMIT_MS),
    });
    const time = Date.parse(response.headers.get('date') ?? '');
    return Number.isNaN(time) ? null : time;
  } catch {
    return null; // that it cannot be reached is told by the check of the provider
  }
}

/** Null where systemd is not there to ask. */
async function isSynchronised(): Promise<boolean | null> {
  try {
    const args = ['show', '--property=NTPSynchronized', '--value'];
    const { stdout } = await exec('timedatectl', args, { timeout: TIME_LIMIT_MS });
    return { yes: true, no: false }[stdout.trim()] ?? null;
  } catch {
    return null;
  }
}

function timeText(ms: number): string {
  return new Date(ms).toISOString().replace('T', ' ').replace(/\..*/, ' UTC');
}
