import type * as v from 'valibot';
import { isNoticeAddress } from '../notify/message.ts';
import { key, keyOr, parsed, section, text, wholeNumber } from './schema-parts.ts';

/** Who is told of backscatter by mail, and when. */
export type NotifyConfig = {
  /** Null: nobody. */
  readonly to: string | null;
  /** Null: unsent@ this host. */
  readonly from: string | null;
  readonly sendmail: string;
  readonly threshold: number;
  readonly quietHours: number;
};

const MAX_HOURS = 24 * 366;

/** The section `notify`. */
export function notifySection(): v.GenericSchema<unknown, NotifyConfig> {
  return section({
    to: key('The address that a scan tells of new backscatter.', noticeAddress()),
    from: key('What stands in From; without it, unsent@ this host. The envelope sender is always <>.', noticeAddress()),
    sendmail: keyOr('/usr/sbin/sendmail', 'The program that takes the notice.', text('a path')),
    threshold: keyOr(1, 'Backscatter messages that are worth a notice.', wholeNumber('messages', 1, 1_000_000_000)),
    quietHours: keyOr(24, 'Hours between two notices, at least.', wholeNumber('hours', 0, MAX_HOURS)),
  });
}

function noticeAddress(): v.GenericSchema<string, string> {
  return parsed('a mail address or the name of a local user', (value) => (isNoticeAddress(value) ? value : null));
}

/** How long events are kept: `400d`. */
export function keepDays(): v.GenericSchema<string, number> {
  return parsed('a number of days such as 400d, from 1d to 36500d', parseKeepDays);
}

/** Days of `400d`; null when it is no such text. */
export function parseKeepDays(value: string): number | null {
  const days = /^(\d{1,5})d$/.exec(value)?.[1];
  return days === undefined || Number(days) < 1 || Number(days) > 36_500 ? null : Number(days);
}
