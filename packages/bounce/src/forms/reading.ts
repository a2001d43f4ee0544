import type { MailMessage } from '../message.ts';
import { once } from '../once.ts';
import { type Dialect, dialectOf } from './dialects/dialect.ts';
import { DIALECTS } from './dialects/table.ts';
import { type Notice, readNotice } from './notice.ts';
import { type NoticeText, noticeText } from './text-recipients.ts';

/** Everything that reading one report needs; each part is worked out when somebody asks, and once. */
export type Reading = {
  readonly message: MailMessage;
  readonly notice: () => Notice;
  readonly dialect: () => Dialect | null;
  readonly text: NoticeText;
};

/** Prepares a reading of `message`; once `isLate`, what is optional is left out. */
export function readingOf(message: MailMessage, isLate: () => boolean): Reading {
  const notice = once(() => readNotice(message));
  const dialect = once(() => dialectOf(DIALECTS, message, notice));
  return { message, notice, dialect, text: noticeText(notice, () => dialect()?.recipientLine ?? null, isLate) };
}
