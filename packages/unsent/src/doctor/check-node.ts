import { bad, type Check, good } from './check.ts';

const OLDEST = [20, 19] as const;

/** Is this Node new enough? `version` is `MAJOR.MINOR.PATCH`. */
export function checkNode(version: string): Check {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const isEnough = major > OLDEST[0] || (major === OLDEST[0] && minor >= OLDEST[1]);
  if (isEnough) return good('node', `Node ${version}.`);
  return bad('node', 'failure', `Node ${version} is too old.`, `Install Node ${OLDEST.join('.')} or newer.`);
}
