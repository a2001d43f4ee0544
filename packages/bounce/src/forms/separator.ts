/** Where the notice ends and where the returned message starts, as offsets. */
export type ReturnedAt = { readonly noticeEnd: number; readonly start: number };

// Each is a whole line once dashes, stars and case are gone. Which MTA writes it is said where that is not obvious.
const SEPARATORS = new RegExp(
  `^(?:${[
    'below this line is a copy of the message', // qmail and its kin
    'this is a copy of (?:the|your) message[^\\n]{0,60}', // Exim
    '(?:the )?(?:body|header|headers?) of the (?:original )?message (?:is|are) (?:following|\\d+ characters long)[^\\n]{0,60}',
    'below is a copy of the original message', // OpenSMTPD
    '(?:start of )?(?:original|unsent|returned|undelivered|rejected|failed) (?:message|mail)(?: (?:follows|below|info|headers?|header follows|text follows|starts here|attached))?', // Sendmail, Gmail, IMail, many
    '(?:the )?(?:original )?message headers?(?: (?:follows?|only))?', // Sendmail, DragonFly
    'message text follows|message header follows|message contents follow',
    'included is a copy of the message header', // MX Logic
    'the (?:header and top|first) \\d+ (?:lines|bytes)[^\\n]{0,60}',
    'here is a copy of the first part of the message[^\\n]{0,40}', // Demon Internet
    'a summary of the undelivered message[^\\n]{0,40}',
    'copy of (?:the )?(?:original )?(?:message|mail)[^\\n]{0,60}',
    'mensaje original(?: adjunto)?|message d.origine|urspr.{1,2}ngliche nachricht|mensagem original|messaggio originale|begin forwarded message',
  ].join('|')})[.:]?$`,
);
const MAX_LINE = 200;

/**
 * Finds the returned message within a notice's text: at a separator line, or where a block of header fields begins
 * that only a returned message has. Null when the text holds none.
 */
export function findReturned(text: string): ReturnedAt | null {
  let at = 0;
  let checked = 0;
  while (at < text.length) {
    const newline = text.indexOf('\n', at);
    const end = newline === -1 ? text.length : newline;
    if (end - at < MAX_LINE && isSeparator(text, at, end))
      return { noticeEnd: at, start: Math.min(end + 1, text.length) };
    if (at >= checked) {
      const block = headerBlockAt(text, at);
      if (block.isReturned) return { noticeEnd: at, start: at };
      checked = block.end;
    }
    at = end + 1;
  }
  return null;
}

// What every separator speaks of; most lines end here.
const HINT = /message|mail|header|copy|lines|bytes|mensa|nachricht|messaggio/i;

function isSeparator(text: string, start: number, end: number): boolean {
  if (end - start < MIN_SEPARATOR) return false;
  const line = text.slice(start, end);
  if (!HINT.test(line)) return false;
  let from = 0;
  let to = line.length;
  while (from < to && FRAME.has(line.charCodeAt(from))) from += 1;
  while (to > from && FRAME.has(line.charCodeAt(to - 1))) to -= 1;
  const isPossible = to - from >= MIN_SEPARATOR && to - from <= MAX_SEPARATOR;
  return isPossible && SEPARATORS.test(line.slice(from, to).toLowerCase());
}

const MIN_SEPARATOR = 12;
const MAX_SEPARATOR = 140;
const FRAME: ReadonlySet<number> = new Set(Array.from(' \t*=_#~+|-', (char) => char.charCodeAt(0)));

const MAX_PREAMBLE_LINES = 20;

/**
 * Where the header of the returned message begins in what follows a separator: at once, or behind some lines that
 * say more about the copy. Null when no header field is near.
 */
export function returnedHeaderAt(text: string): number | null {
  let at = 0;
  let first: number | null = null;
  for (let lines = 0; lines < MAX_PREAMBLE_LINES && at < text.length; lines += 1) {
    if (headerBlockAt(text, at).isReturned) return at;
    FIRST_FIELD.lastIndex = at;
    if (first === null && FIRST_FIELD.test(text)) first = at;
    const end = text.indexOf('\n', at);
    if (end === -1) break;
    at = end + 1;
  }
  return first;
}

const FIRST_FIELD =
  /(?:return-path|received|dkim-signature|domainkey-signature|from|message-id|date|to|subject|mime-version|x-[a-z0-9-]{2,40}|arc-[a-z-]{4,30}|content-type|sender|reply-to)[ \t]{0,4}:/iy;
const TELLING_FIELD = /^(return-path|received|from|message-id|date|to|subject|dkim-signature)[ \t]{0,4}:/i;
const MAX_BLOCK_LINES = 120;

type Block = { readonly isReturned: boolean; readonly end: number };

// Three telling fields in one block, one of them From, Received or Message-ID, none of them indented. `end` is how
// far the lines were looked at: no block of its own starts before it.
function headerBlockAt(text: string, start: number): Block {
  const first = text.charCodeAt(start) | 32;
  FIRST_FIELD.lastIndex = start;
  if (first < 97 || first > 122 || !FIRST_FIELD.test(text)) return { isReturned: false, end: start };
  const seen = new Set<string>();
  let at = start;
  for (let lines = 0; lines < MAX_BLOCK_LINES && at < text.length; lines += 1) {
    const newline = text.indexOf('\n', at);
    const end = newline === -1 ? text.length : newline;
    if (end === at) break;
    const line = text.slice(at, Math.min(end, at + 60));
    const field = TELLING_FIELD.exec(line)?.[1];
    if (field !== undefined) seen.add(field.toLowerCase());
    else if (!/^[ \t]|^[!-9;-~]{1,60}:/.test(line)) break;
    if (seen.size >= 3 && (seen.has('from') || seen.has('received') || seen.has('message-id')))
      return { isReturned: true, end };
    at = end + 1;
  }
  return { isReturned: false, end: at };
}
