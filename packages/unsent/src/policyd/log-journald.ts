import { connect, type Socket } from 'node:net';
import type { LogTarget } from './log-syslog.ts';

/** Where systemd-journald takes lines (sd_journal_stream_fd(3)); Node has no datagrams for its native protocol. */
export const JOURNAL_SOCKET = '/run/systemd/journal/stdout';

/** Identifier, unit, priority (info), level prefix, and forwarding to syslog, kernel log and console. */
const HEADER = 'unsent\n\n6\n0\n0\n0\n0\n';
const RECONNECT_AFTER_MS = 1_000;
/** What waits beyond this is dropped: a journal that does not drain costs memory, never an answer. */
const MAX_WAITING_CHARACTERS = 1 << 20;

/** A log in the journal. While journald is down lines are dropped, and it is looked for every second. */
export function openJournal(path: string = JOURNAL_SOCKET): LogTarget {
  let socket: Socket | null = null;
  let dropped = 0;
  let isClosed = false;
  let retry: NodeJS.Timeout | null = null;

  const start = (): void => {
    retry = null;
    const opened = connect(path);
    opened.write(HEADER);
    opened.once('connect', () => {
      if (dropped > 0) opened.write(`${dropped} lines were lost while the journal was down\n`);
      dropped = 0;
    });
    opened.on('error', () => {}); // 'close' follows
    opened.once('close', () => {
      if (socket === opened) socket = null;
      if (!isClosed) retry = setTimeout(start, RECONNECT_AFTER_MS).unref();
    });
    opened.resume();
    opened.unref();
    socket = opened;
  };
  start();
  return {
    write: (text) => {
      if (socket === null || socket.destroyed || socket.writableLength > MAX_WAITING_CHARACTERS) {
        dropped += text.split('\n').length - 1;
      } else socket.write(text);
    },
    close: () => {
      isClosed = true;
      if (retry !== null) clearTimeout(retry);
      const ending = socket;
      if (ending === null) return Promise.resolve();
      return new Promise((resolve) => {
        setTimeout(resolve, 1000).unref();
        ending.once('close', () => resolve());
        ending.end();
      });
    },
  };
}
