import { addressKey, addressList } from '../address.ts';
import type { MailMessage } from '../message.ts';
import { rawHeader } from '../mime-header.ts';
import { decodeHeaderValue } from '../mime-words.ts';
import type { RecipientAction, RecipientStatus } from '../report.ts';
import type { Notice } from './notice.ts';
import type { Reading } from './reading.ts';
import { makeRecipient } from './recipient.ts';
import { hasCode, type NamedRecipient } from './text-recipients.ts';
import { speaksOfDelay } from './vocabulary.ts';

/** Reads the recipients and the outcome from a notice's text. */
export function readTextRecipients(reading: Reading): readonly RecipientStatus[] {
  const action = actionInText(reading.notice());
  return namedRecipients(reading.message, reading.text.named()).map((one) => textRecipient(one, action, reading));
}

/** What the words of a notice say happened: delivery goes on, or it failed. */
export function actionInText(notice: Notice): RecipientAction {
  return speaksOfDelay(notice.lowerSubject, notice.lower) ? 'delayed' : 'failed';
}

/** Completes a recipient from the texts that speak of it. */
export function textRecipient(one: NamedRecipient, action: RecipientAction, reading: Reading): RecipientStatus {
  const about = reading.text.about(one.address);
  const isOnly = reading.text.named().length <= 1;
  return makeRecipient({
    address: one.address,
    originalRecipient: one.originalRecipient,
    action,
    status: null,
    remoteMta: null,
    diagnostic: about.find(hasCode) ?? one.diagnostic ?? about[0] ?? null,
    context: () => (isOnly ? [...about, reading.notice().text.slice(0, MAX_CONTEXT)] : about),
    phrases: reading.dialect()?.reasons ?? [],
  });
}

const MAX_CONTEXT = 3000;
const MAX_FAILED_HEADER = 500;

// X-Failed-Recipients (Exim, Gmail) names addresses that the text shows only as a pipe or a file. Where the two
// disagree, the text is what the reporter's software tried.
function namedRecipients(message: MailMessage, named: readonly NamedRecipient[]): readonly NamedRecipient[] {
  const failed = addressList(decodeHeaderValue(rawHeader(message.header, 'x-failed-recipients')), MAX_FAILED_HEADER);
  const keys = new Set(failed.map(addressKey));
  if (failed.length === 0 || (named.length > 0 && !named.every((one) => keys.has(addressKey(one.address)))))
    return named;
  return failed.map(
    (address) =>
      named.find((one) => addressKey(one.address) === addressKey(address)) ?? {
        address,
        originalRecipient: null,
        diagnostic: null,
      },
  );
}
