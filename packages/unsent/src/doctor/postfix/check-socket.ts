import { askDaemon } from '../../policyd/ask-daemon.ts';
import type { ListenAddress } from '../../policyd/listen-address.ts';
import { bad, type Check, good } from '../check.ts';
import { readUser, whatForbids } from './access.ts';
import type { PostfixConfiguration } from './configuration.ts';
import type { PolicyTarget } from './policy-service.ts';
import type { Smtpd } from './smtpd.ts';

/** Nothing is judged in this state, and nothing but the request is counted. */
const PROBE = 'request=smtpd_access_policy\nprotocol_state=VRFY\n\n';

/** Does the service answer, and can Postfix reach it as we can? */
export async function checkSocket(
  target: PolicyTarget,
  address: ListenAddress,
  askers: readonly Smtpd[],
  postfix: PostfixConfiguration,
): Promise<readonly Check[]> {
  return [
    ...(await checkAnswer(target.endpoint, address)),
    ...(address.kind === 'unix' ? await checkPath(target.endpoint, address.path, askers, postfix) : []),
  ];
}

/** Does the service that Postfix itself starts answer? Only who may enter its private folder can tell. */
export async function checkSpawnSocket(
  endpoint: string,
  { parameters }: PostfixConfiguration,
): Promise<readonly Check[]> {
  const queue = parameters.get('queue_directory') ?? '';
  try {
    await askDaemon({ kind: 'unix', path: `${queue}/${endpoint.replace(/^unix:/, '')}` }, PROBE);
    return [good('policy-answers', `${endpoint} answers, started by spawn(8).`)];
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    return /EACCES|EPERM/.test(why)
      ? [bad('policy-answers', 'warning', `${endpoint} was not tried: this user may not.`, 'Run this as root.')]
      : [
          bad(
            'policy-answers',
            'failure',
            why,
            'Is Postfix running, and was it reloaded? Its log tells why spawn(8) failed.',
          ),
        ];
  }
}

async function checkAnswer(endpoint: string, address: ListenAddress): Promise<readonly Check[]> {
  try {
    await askDaemon(address, PROBE);
    return [good('policy-answers', `${endpoint} answers.`)];
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    return [bad('policy-answers', 'failure', why, 'Start it (unsent policyd), or correct its address in main.cf.')];
  }
}

/** A UNIX socket is found by its path, which looks different from inside a chroot, and by the rights of Postfix's user. */
async function checkPath(
  endpoint: string,
  path: string,
  askers: readonly Smtpd[],
  { parameters }: PostfixConfiguration,
): Promise<readonly Check[]> {
  const jailed = endpoint.startsWith('unix:/') ? askers.find(({ isChrooted }) => isChrooted) : undefined;
  if (jailed !== undefined) {
    const queue = parameters.get('queue_directory') ?? '/var/spool/postfix';
    const what = `${jailed.name} runs in a chroot, where ${path} does not exist.`;
    const todo = `unsent policyd --listen unix:${queue}/private/unsent, and unix:private/unsent in main.cf.`;
    return [bad('policy-socket', 'failure', what, todo)];
  }
  const owner = parameters.get('mail_owner') ?? 'postfix';
  const user = await readUser(owner);
  const inTheWay = user === null ? null : await whatForbids(path, 'write', user);
  if (inTheWay === null) return [];
  const what = `${owner} may not use ${path}: ${inTheWay} is missing or forbidden.`;
  return [bad('policy-socket', 'failure', what, `unsent policyd --socket-group ${owner} --socket-mode 0660`)];
}
