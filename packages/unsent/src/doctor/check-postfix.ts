import { UnsentError } from '@unsent/dns';
import type { Config } from '../config.ts';
import { bad, type Check, good } from './check.ts';
import { examinePostfix } from './postfix/run.ts';

const ID = 'postfix';

/**
 * Does the Postfix of this host ask the policy service as it should? One that never asks is worth a line, not a failure:
 * whoever only scans needs none of it. `doctor postfix` tells more.
 */
export async function checkPostfix(config: Config): Promise<readonly Check[]> {
  try {
    const { checks } = await examinePostfix(config, {});
    const isAsked = checks.some(({ id }) => id === 'policy-default-action');
    if (isAsked) return checks;
    return [bad(ID, 'warning', 'Postfix does not ask unsent policyd.', 'If it should: unsent doctor postfix')];
  } catch (error) {
    if (!(error instanceof UnsentError) || error.code !== 'postfix-unreadable') throw error;
    const isMissing = error.message.startsWith('cannot run');
    if (isMissing) return [good(ID, 'There is no Postfix here.')];
    return [bad(ID, 'warning', error.message, 'If Postfix should ask unsent policyd: unsent doctor postfix, as root.')];
  }
}
