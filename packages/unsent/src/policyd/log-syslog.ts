import { createSocket } from 'node:dgram';
import { lookup } from 'node:dns/promises';
import { UnsentError } from '@unsent/dns';

/** mail.info: facility 2, severity 6 (RFC 5424 §6.2.1). */
const PRIORITY = 22;
/** What waits in the socket beyond this is dropped: a log that does not drain costs memory, never an answer. */
const MAX_WAITING_BYTES = 1 << 20;
/** RFC 5426 §3.2 asks receivers to take 2,048 octets. */
const MAX_DATAGRAM_BYTES = 2048;

export type SyslogOptions = {
  readonly host: string;
  readonly port: number;
  readonly hostname: string;
  readonly pid: number;
  readonly now: () => Date;
};

/** Where lines of text go; `write` takes any number of whole lines and never throws. */
export type LogTarget = { write(text: string): void; close(): Promise<void> };

/** A log at a syslog server over UDP (RFC 5424, RFC 5426). Throws `log-target` when the host has no address. */
export async function openSyslog(options: SyslogOptions): Promise<LogTarget> {
  const found = await lookup(options.host).catch((cause: unknown) => {
    throw new UnsentError('log-target', {
      message: `cannot log to ${options.host}: it has no address.`,
      hint: 'Write --log syslog:127.0.0.1:514.',
      exitCode: 2,
      cause,
    });
  });
  const socket = createSocket(found.family === 6 ? 'udp6' : 'udp4');
  // Nobody there, no route, a full queue: the next line may fare better.
  socket.on('error', () => {});
  socket.unref();
  const name = /^[\x21-\x7e]{1,255}$/.test(options.hostname) ? options.hostname : '-';
  let inFlight = 0;
  let wake = (): void => {};
  const sent = (): void => {
    inFlight--;
    if (inFlight === 0) wake();
  };
  return {
    write: (text) => {
      for (const line of text.split('\n')) {
        if (line === '' || (inFlight > 0 && socket.getSendQueueSize() > MAX_WAITING_BYTES)) continue;
        const head = `<${PRIORITY}>1 ${options.now().toISOString()} ${name} unsent ${options.pid} - - `;
        inFlight++;
        socket.send(Buffer.from(`${head}${line}`).subarray(0, MAX_DATAGRAM_BYTES), options.port, found.address, sent);
      }
    },
    close: async () => {
      if (inFlight > 0) {
        await new Promise<void>((resolve) => {
          wake = resolve;
          setTimeout(resolve, 1000).unref();
        });
      }
      socket.close();
    },
  };
}
