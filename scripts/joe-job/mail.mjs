// Small pieces every message is made of.

const DAYS = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'];
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
const two = (number) => String(number).padStart(2, '0');
const time = (d) => `${two(d.getUTCHours())}:${two(d.getUTCMinutes())}:${two(d.getUTCSeconds())}`;

/** RFC 5322 §3.3. */
export function mailDate(date) {
  return `${DAYS[date.getUTCDay()]}, ${two(date.getUTCDate())} ${MONTHS[date.getUTCMonth()]} ${date.getUTCFullYear()} ${time(date)} +0000`;
}

/** The asctime of mbox From_ lines (RFC 4155). */
function mboxDate(date) {
  return `${DAYS[date.getUTCDay()]} ${MONTHS[date.getUTCMonth()]} ${String(date.getUTCDate()).padStart(2)} ${time(date)} ${date.getUTCFullYear()}`;
}

export const later = (date, seconds) => new Date(date.getTime() + seconds * 1000);

const literal = (ip) => (ip.includes(':') ? `[IPv6:${ip}]` : `[${ip}]`);

/** A Received line in the manner of Postfix. */
export function received({ from, ip, by, id, date, to = null, rdns = from }) {
  const target = to === null ? '' : `\n\tfor <${to}>`;
  return `Received: from ${from} (${rdns} ${literal(ip)})\n\tby ${by} (Postfix) with ESMTP id ${id}${target};\n\t${mailDate(date)}`;
}

/** A Received line in the manner of Exim. */
export function receivedExim({ from, ip, by, id, date, to }) {
  return `Received: from ${literal(ip)} (helo=${from})\n\tby ${by} with esmtp (Exim 4.98)\n\tid ${id}\n\tfor ${to}; ${mailDate(date)}`;
}

/** Two lines in the manner of qmail. */
export function receivedQmail({ from, ip, by, id, date }) {
  const stamp = `${date.getUTCDate()} ${MONTHS[date.getUTCMonth()]} ${date.getUTCFullYear()} ${time(date)} -0000`;
  return `Received: (qmail ${id} invoked from network); ${stamp}\nReceived: from unknown (HELO ${from}) (${ip})\n  by ${by} with SMTP; ${stamp}`;
}

/** Header lines and body as one text. */
export function message(headers, body) {
  return `${headers.filter((line) => line !== null).join('\n')}\n\n${body}`;
}

/** The parts of a multipart body; each is `[header lines, content]`. */
export function multipart(boundary, parts, { preamble = '', isClosed = true } = {}) {
  const text = parts.map(([headers, content]) => `--${boundary}\n${headers.join('\n')}\n\n${content}\n`).join('');
  return `${preamble}${text}${isClosed ? `--${boundary}--\n` : ''}`;
}

/** Messages as an mboxrd file: lines that look like a From_ line get one more `>`. */
export function mbox(messages) {
  return messages
    .map(({ text, date, envelopeSender }) => {
      const quoted = text.replace(/^(>*From )/gm, '>$1').replace(/\n*$/, '\n');
      return `From ${envelopeSender === '' ? 'MAILER-DAEMON' : envelopeSender} ${mboxDate(date)}\n${quoted}\n`;
    })
    .join('');
}
