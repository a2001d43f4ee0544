import { authenticationResultOf, receivedSpfOf, writeAuthenticationResults, writeReceivedSpf } from '@unsent/spf';
import type { PolicyAction } from './action.ts';
import type { Answers, Checked } from './decision.ts';
import type { HeaderPolicy } from './policy.ts';

/**
 * The header field that tells the recipient what was found, as one unfolded line.
 *
 * A sender whose MX is dead is noted in the same field, since an answer has room for one (rule 4).
 */
export function headerOf(
  checked: Checked,
  envelopeFrom: string,
  policy: HeaderPolicy,
  deadMx: Answers['deadMx'],
): PolicyAction {
  switch (policy.kind) {
    case 'none':
      return { kind: 'dunno' };
    case 'authentication-results': {
      const results = [authenticationResultOf(checked)];
      return { kind: 'prepend', header: writeAuthenticationResults({ authservId: policy.authservId, results }) };
    }
    case 'received-spf': {
      const fields = receivedSpfOf(checked, envelopeFrom);
      const isDead = deadMx === 'null-mx' || deadMx === 'loopback-mx';
      const others = isDead ? [{ name: 'x-sender-mx', value: deadMx }] : [];
      return { kind: 'prepend', header: writeReceivedSpf({ ...fields, others }) };
    }
  }
}
