import { hostname } from 'node:os';
import type { ExitCode } from '@unsent/dns';
import type { Policy } from '@unsent/policyd';
import type { Config } from '../../config.ts';
import { DEFAULT_LISTEN, type ListenAddress, parseListenAddress } from '../../policyd/listen-address.ts';
import { policyFrom } from '../../policyd/policy-from.ts';
import type { Shell } from '../../shell.ts';
import { bad, type Check, exitCodeOf } from '../check.ts';
import { type Lines, printChecks } from '../render.ts';
import { checkForgedResults } from './check-forged-results.ts';
import { checkOrder, checkRelay } from './check-smtpd.ts';
import { checkSocket, checkSpawnSocket } from './check-socket.ts';
import { checkSpawn } from './check-spawn.ts';
import { checkLimits, checkTarget } from './check-target.ts';
import { type PostfixConfiguration, readPostfix } from './configuration.ts';
import { linesFor } from './lines.ts';
import { type Ours, ownService, type PolicyTarget, parsePolicyTarget } from './policy-service.ts';
import type { Restriction } from './restrictions.ts';
import { type Smtpd, smtpdServices } from './smtpd.ts';

export type DoctorPostfixOptions = {
  readonly postfixConfig?: string;
  readonly postconf?: string;
  readonly service?: readonly string[];
};

type Asked = { readonly target: PolicyTarget; readonly ours: Ours; readonly askers: readonly Smtpd[] };

/** `unsent doctor postfix`: does Postfix ask the policy service, where and how? Exit code 1 on a failure. */
export async function runDoctorPostfix(shell: Shell, options: DoctorPostfixOptions): Promise<ExitCode> {
  const { checks, lines } = await examinePostfix(await shell.config(), options);
  printChecks(shell, checks, lines);
  return exitCodeOf(checks);
}

/** All checks of this host's Postfix, and the lines to add. Throws `postfix-unreadable` where there is none. */
export async function examinePostfix(
  { policy: given }: Config,
  options: DoctorPostfixOptions,
): Promise<{ readonly checks: readonly Check[]; readonly lines: readonly Lines[] }> {
  const policy = policyFrom(given, hostname());
  const place = { postconf: options.postconf ?? 'postconf', configFolder: options.postfixConfig ?? null };
  const postfix = await readPostfix(place);
  const listens = [...(given.listen ?? [DEFAULT_LISTEN]), ...(options.service ?? [])].map(parseListenAddress);
  return examine(postfix, listens, policy);
}

/** All checks of a configuration, and the lines to add where one is missing. */
async function examine(
  postfix: PostfixConfiguration,
  listens: readonly ListenAddress[],
  policy: Policy,
): Promise<{ readonly checks: readonly Check[]; readonly lines: readonly Lines[] }> {
  const services = smtpdServices(postfix);
  if (services.length === 0) {
    return { checks: [noSmtpd(postfix)], lines: [] };
  }
  const isOurs = (step: Restriction): boolean => oursOf(step, listens, postfix) !== null;
  const perService = services.flatMap((smtpd) => [...checkOrder(smtpd, isOurs), checkRelay(smtpd)]);
  const checks: Check[] = [...perService];
  const asked = askedBy(services, listens, postfix);
  for (const one of asked) checks.push(...(await checkAsked(one, postfix, policy)));
  if (asked.length > 0) checks.push(...checkLimits(postfix));
  const askers = [...new Set(asked.flatMap((one) => one.askers))];
  checks.push(...(await checkForgedResults(askers, postfix, policy)));
  const missing = services.find((smtpd) =>
    checkOrder(smtpd, isOurs).some(({ id, state }) => id === 'policy-called' && state === 'failure'),
  );
  return { checks, lines: missing === undefined ? [] : linesFor(missing, postfix) };
}

function noSmtpd({ services, parameters }: PostfixConfiguration): Check {
  const todo = 'Is this the right folder? --postfix-config FOLDER';
  const isDisabled = services.some(({ command }) => command === 'smtpd');
  const why = isDisabled
    ? `no smtpd runs, since master_service_disable is "${parameters.get('master_service_disable')}"`
    : 'master.cf has no smtpd';
  return bad('policy-called', 'failure', `${why}: this Postfix takes no mail.`, todo);
}

async function checkAsked(asked: Asked, postfix: PostfixConfiguration, policy: Policy): Promise<readonly Check[]> {
  const { target, ours, askers } = asked;
  const common = checkTarget(target, postfix, policy);
  if (ours.kind === 'socket') return [...common, ...(await checkSocket(target, ours.address, askers, postfix))];
  const spawn = await checkSpawn(ours.service, postfix);
  return [...common, ...spawn, ...(await checkSpawnSocket(target.endpoint, postfix))];
}

/** Every way in which our service is asked, with who asks so. */
function askedBy(
  services: readonly Smtpd[],
  listens: readonly ListenAddress[],
  postfix: PostfixConfiguration,
): readonly Asked[] {
  const found = new Map<string, { target: PolicyTarget; ours: Ours; askers: Smtpd[] }>();
  for (const smtpd of services) {
    for (const step of [...smtpd.lists, ...smtpd.laterLists, ...smtpd.classes].flatMap(({ steps }) => steps)) {
      const ours = oursOf(step, listens, postfix);
      if (ours === null) continue;
      const target = parsePolicyTarget(step.argument ?? '');
      const key = JSON.stringify(target);
      const known = found.get(key);
      if (known === undefined) found.set(key, { target, ours, askers: [smtpd] });
      else if (!known.askers.includes(smtpd)) known.askers.push(smtpd);
    }
  }
  return [...found.values()];
}

function oursOf(step: Restriction, listens: readonly ListenAddress[], postfix: PostfixConfiguration): Ours | null {
  if (step.name !== 'check_policy_service' || step.argument === null) return null;
  return ownService(parsePolicyTarget(step.argument), listens, postfix);
}
