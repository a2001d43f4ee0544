import { spawn } from 'node:child_process';
import { UnsentError } from '@unsent/dns';
import { childEnvironment } from '../child-environment.ts';
import type { Environment } from '../surroundings.ts';

const LIMIT_MS = 60_000;
const MAX_SAID = 500;

/**
 * Hands a message to the local sendmail. The envelope sender is the null sender: should the notice bounce, nobody
 * answers that (RFC 5321 §4.5.5). Throws `notice-failed` with what sendmail said.
 */
export async function sendMail(program: string, to: string, message: string, env: Environment): Promise<void> {
  const options = ['-i', '-f', '<>', '--', to];
  const { outcome, said } = await run(program, options, message, env);
  if (outcome === null) return;
  throw new UnsentError('notice-failed', {
    message: `The notice to ${to} was not sent: ${program} ${outcome}${said === '' ? '' : `: ${said}`}`,
    hint: 'The next run tries again; what was counted is safe. Another program is named by notify.sendmail.',
  });
}

function run(
  program: string,
  args: readonly string[],
  input: string,
  env: Environment,
): Promise<{ outcome: string | null; said: string }> {
  return new Promise((resolve) => {
    const child = spawn(program, args, { env: childEnvironment(env), stdio: ['pipe', 'ignore', 'pipe'] });
    let said = '';
    const done = (outcome: string | null): void => {
      clearTimeout(timer);
      resolve({ outcome, said: said.trim().split('\n').at(-1) ?? '' });
    };
    const timer = setTimeout(() => {
      child.kill('SIGKILL');
      done(`did not end within ${LIMIT_MS / 1000} s`);
    }, LIMIT_MS);
    child.stderr.on('data', (chunk: Buffer) => {
      if (said.length < MAX_SAID) said += chunk.toString().slice(0, MAX_SAID);
    });
    child.stdin.on('error', () => {}); // it ended before it had read the message; its exit code tells
    child.on('error', (error) => done(`cannot be started (${error.message})`));
    child.on('close', (code, signal) => {
      if (code === 0) done(null);
      else done(code === null ? `was ended by ${signal}` : `ended with ${code}`);
    });
    child.stdin.end(input);
  });
}
