import { connect, type Socket } from 'node:net';

/** One SMTP session that is driven line by line: the tests say exactly what the client says. */
export interface SmtpSession {
  /** Sends a command and resolves to the whole reply, continuation lines joined by LF. */
  say(command: string): Promise<string>;
  /** Sends a message's text after a 354 and resolves to the reply. */
  sendText(text: string): Promise<string>;
  quit(): Promise<void>;
}

/** What XCLIENT tells Postfix of the client: who it pretends to be. */
export type XClient = { readonly address: string; readonly name?: string; readonly helo: string };

const REPLY_TIMEOUT_MS = 20_000;

/** Connects, waits for the greeting, and takes on the identity of `xclient`. */
export async function smtpSession(port: number, xclient: XClient): Promise<SmtpSession> {
  const socket = connect(port, '127.0.0.1');
  const reply = replyReader(socket);
  const say = (line: string): Promise<string> => {
    socket.write(`${line}\r\n`);
    return reply();
  };
  await reply();
  await say('EHLO localhost');
  const address = xclient.address.includes(':') ? `IPV6:${xclient.address}` : xclient.address;
  const told = await say(`XCLIENT ADDR=${address} NAME=${xclient.name ?? '[UNAVAILABLE]'} HELO=${xclient.helo}`);
  if (!told.startsWith('220')) throw new Error(`XCLIENT was refused: ${told}`);
  await say(`EHLO ${xclient.helo}`);
  return {
    say,
    sendText: (text) => say(`${text.replaceAll(/\r?\n/g, '\r\n').replaceAll(/^\./gm, '..')}\r\n.`),
    quit: async () => {
      await say('QUIT');
      socket.destroy();
    },
  };
}

/** Resolves to one reply after the other. */
function replyReader(socket: Socket): () => Promise<string> {
  let text = '';
  let wake: () => void = () => {};
  let isClosed = false;
  socket.on('data', (chunk: Buffer) => {
    text += chunk.toString('latin1');
    wake();
  });
  const close = (): void => {
    isClosed = true;
    wake();
  };
  socket.on('close', close);
  socket.on('error', close);
  const take = (): string | null => {
    const match = /^(?:\d{3}-[^\n]*\n)*\d{3} [^\n]*\n/.exec(text);
    if (match === null) return null;
    text = text.slice(match[0].length);
    return match[0].replaceAll('\r', '').trimEnd();
  };
  return () =>
    new Promise((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error(`no SMTP reply; so far: ${text}`)), REPLY_TIMEOUT_MS);
      wake = () => {
        const whole = take();
        if (whole === null && !isClosed) return;
        clearTimeout(timer);
        if (whole === null) reject(new Error('the server closed the connection'));
        else resolve(whole);
      };
      wake();
    });
}
