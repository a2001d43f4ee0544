import { existsSync } from 'node:fs';
import { bad, type Check, good } from '../check.ts';
import { readGroup, readUser, type UserIds, whatForbids } from './access.ts';
import type { MasterService, PostfixConfiguration } from './configuration.ts';
import { argvOf } from './policy-service.ts';
import { secondsOf } from './words.ts';

const SPAWN_TIME_LIMIT = 3600;
const SYSTEM_CONFIG = '/etc/unsent/unsent.yaml';

/** A service that Postfix's spawn(8) starts: its line of master.cf, and whether its user can do the work. */
export async function checkSpawn(service: MasterService, postfix: PostfixConfiguration): Promise<readonly Check[]> {
  return [...checkLine(service, postfix), ...(await checkUser(service, postfix))];
}

function checkLine({ name, isChrooted, maxProcesses }: MasterService, postfix: PostfixConfiguration): readonly Check[] {
  const found: Check[] = [];
  const parameter = `${name}_time_limit`;
  const seconds = secondsOf(postfix.parameters.get(parameter) ?? '1000s') ?? 1000;
  if (seconds < SPAWN_TIME_LIMIT) {
    const what = `${parameter} is ${seconds} s: then spawn(8) kills the process, whatever it is doing.`;
    found.push(bad('spawn-time-limit', 'warning', what, `main.cf: ${parameter} = ${SPAWN_TIME_LIMIT}`));
  } else {
    found.push(good('spawn-time-limit', `${parameter} is ${seconds} s.`));
  }
  const columns = `${name} unix - n n - 0 spawn`;
  if (maxProcesses !== 0) {
    const limit = maxProcesses ?? 'default_process_limit';
    const what = `the service ${name} is limited to ${limit} processes; there must be one for each smtpd.`;
    found.push(bad('spawn-processes', 'warning', what, `master.cf: ${columns}`));
  }
  if (isChrooted) {
    const what = `the service ${name} is chrooted: it finds neither its program nor its configuration.`;
    found.push(bad('spawn-chroot', 'failure', what, `master.cf: ${columns}`));
  }
  return found;
}

async function checkUser(service: MasterService, { parameters }: PostfixConfiguration): Promise<readonly Check[]> {
  const word = service.arguments.find((one) => one.startsWith('user=')) ?? 'user=';
  const [name = '', groupName] = word.slice('user='.length).split(':');
  const id = 'spawn-user';
  const failure = (what: string): readonly Check[] => [
    bad(id, 'failure', what, `master.cf: user=unsent for the service ${service.name}`),
  ];
  const user = await readUser(name);
  if (user === null) return failure(`there is no user "${name}", as whom spawn(8) should run.`);
  const gid = groupName === undefined ? user.gid : await readGroup(groupName);
  if (gid === null) return failure(`there is no group "${groupName}", as which spawn(8) should run.`);
  const owner = await readUser(parameters.get('mail_owner') ?? 'postfix');
  if (user.uid === 0 || user.uid === owner?.uid) return failure(`spawn(8) refuses to run a program as ${name}.`);
  if (gid === 0 || gid === owner?.gid) {
    const whose = gid === 0 ? 'that of root' : "that of Postfix's own user";
    return failure(`spawn(8) refuses to run a program with the group of ${word}: it is ${whose}.`);
  }
  // spawn(8) gives a program this one group; the others of the user do not count.
  const spawned: SpawnedUser = { name, group: groupName ?? name, ids: { ...user, gid, gids: new Set([gid]) } };
  return [good(id, `spawn(8) runs it as ${word.slice('user='.length)}.`), ...(await checkFiles(service, spawned))];
}

type SpawnedUser = { readonly name: string; readonly group: string; readonly ids: UserIds };

async function checkFiles(service: MasterService, { name, group, ids: user }: SpawnedUser): Promise<readonly Check[]> {
  const argv = argvOf(service.arguments);
  const [program = ''] = argv;
  const found: Check[] = [];
  const noProgram = await whatForbids(program, 'execute', user);
  if (noProgram !== null) {
    const what = `${name} cannot run ${program}: ${noProgram} is missing or forbidden.`;
    found.push(
      bad('spawn-program', 'failure', what, 'Correct argv= in master.cf, or the mode of the file and its folders.'),
    );
  }
  const config = configOf(argv);
  if (!existsSync(config)) {
    const what = `${config} is missing: the service knows none of your domains.`;
    return [
      ...found,
      bad('spawn-config', 'warning', what, 'Write it (unsent config check), or name it: --config FILE in argv=.'),
    ];
  }
  const noConfig = await whatForbids(config, 'read', user);
  if (noConfig === null) return [...found, good('spawn-config', `${name} can read ${config}.`)];
  const what = `${name} cannot read the configuration ${config}: ${noConfig} is missing or forbidden.`;
  return [...found, bad('spawn-config', 'failure', what, `chgrp ${group} ${config} && chmod 0640 ${config}`)];
}

/** The configuration that the command of master.cf reads: spawn(8) hands no environment on. */
function configOf(argv: readonly string[]): string {
  const at = argv.indexOf('--config');
  const joined = argv.find((word) => word.startsWith('--config='));
  return (at === -1 ? joined?.slice('--config='.length) : argv[at + 1]) ?? SYSTEM_CONFIG;
}
