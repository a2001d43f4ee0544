/** The four ways to put a message into an mbox file. */
export type MboxVariant = 'mboxo' | 'mboxrd' | 'mboxcl' | 'mboxcl2';

const FROM_LINE = 'From mailer-daemon@mx.example.net Mon Nov 23 10:00:00 2026\n';

/** One message as a delivery agent of that kind writes it. The message ends up with a line end at its end. */
export function mboxEntry(variant: MboxVariant, message: string): string {
  const whole = message.endsWith('\n') ? message : `${message}\n`;
  const [header, body] = splitHeader(whole);
  switch (variant) {
    case 'mboxo':
      return `${FROM_LINE}${whole.replace(/^From /gm, '>From ')}\n`;
    case 'mboxrd':
      return `${FROM_LINE}${whole.replace(/^(>*From )/gm, '>$1')}\n`;
    case 'mboxcl': {
      const quoted = body.replace(/^From /gm, '>From ');
      return `${FROM_LINE}${header}Content-Length: ${quoted.length}\n\n${quoted}\n`;
    }
    case 'mboxcl2':
      return `${FROM_LINE}${header}Content-Length: ${body.length}\n\n${body}\n`;
  }
}

function splitHeader(message: string): [string, string] {
  if (message.startsWith('\n')) return ['', message.slice(1)];
  const end = message.indexOf('\n\n');
  return end === -1 ? [message, ''] : [message.slice(0, end + 1), message.slice(end + 2)];
}
