// The words by which mail software and people announce what a message is, in the languages that have been seen or are
// likely. All lower case; used with `includes` or as bounded expressions on capped text.

/** Local parts that only mail software sends from. */
const DAEMON_LOCAL =
  /^(?:mailer-?daemon|mail-?daemon|maildaemon|mdaemon|mail\.delivery\.system|mail-delivery-system|postmaster|post_master|postmaster-[\w-]{1,20}|mailerdaemon|mta-daemon|bounce-?daemon|majordomo-owner|ndr|microsoftexchange[0-9a-f]{8,40}|mail-?er-?daemon[\w-]{0,20}|system-?administrator|nobody-bounce|symantec_antivirus[\w-]{0,40}|mailmarshal|mimesweeper|delivery-?daemon|delivery-?failure|noreply-bounce|smtp-?gateway)$/;
const DAEMON_NAME =
  /mail(?:er)?[\s._-]?(?:delivery|deliver|daemon)|mail delivery|delivery[\s.-](?:sub)?system|delivery status|undeliver|system administrator|postmaster|mailer[\s-]daemon|mail administrator|systemadministrator|mail subsystem|internet mail|microsoft exchange|administrateur syst|administrador del sistema|mail system/;

/** True if that From value (lower case) belongs to mail software: MAILER-DAEMON, postmaster, an empty path. */
export function isDaemon(from: string): boolean {
  const close = from.lastIndexOf('>');
  const open = close === -1 ? -1 : from.lastIndexOf('<', close);
  const address = (open === -1 ? from : from.slice(open + 1, close)).trim();
  const local = address.split('@', 1)[0] ?? '';
  if (open !== -1 && address === '') return true;
  if (DAEMON_LOCAL.test(local.replace(/^[^a-z]+/, '').split(/[\s(]/, 1)[0] ?? '')) return true;
  const name = open === -1 ? from.slice(from.indexOf('(') + 1) : from.slice(0, open);
  return DAEMON_NAME.test(name.slice(0, 200)) || DAEMON_LOCAL.test(name.trim().replace(/^"|"$/g, ''));
}

const FAILURE_SUBJECT = new RegExp(
  [
    'undeliver',
    'un-deliver',
    'non.?deliver',
    'not delivered',
    'not be delivered',
    "n't be delivered",
    'failure notice',
    'failure notification',
    'delivery (?:status|fail|notif|report|problem|error|warning|has|incomplete|delay|did|unsuccess|attempt)',
    'deliver(?:y|ing)? (?:\\w+ ){0,3}(?:fail|unsuccess|delay)',
    'mail (?:delivery|system) (?:fail|error|problem|warning|delay|status|has)',
    'returned mail',
    'returned to sender',
    'return(?:ed)? to sender',
    'returning (?:message|mail) to sender',
    'mail (?:could|was|is|has) n',
    'could not (?:be )?deliver',
    'could not send',
    'unable to deliver',
    'cannot (?:be )?deliver',
    'message (?:delayed|\\S{1,40} delayed|undeliver|status|delivery|not|could|you sent)',
    'delayed mail',
    'mail delayed',
    'still being retried',
    'mail failure',
    'mail failed',
    'failed delivery',
    'returning to sender',
    '\\[bounce\\]',
    'mail error',
    'error sending',
    'rejected',
    'message bounced',
    'bounced',
    'bounce notif',
    '^bounce',
    'user unknown',
    'unzustellbar',
    'nicht zugestellt',
    'zustellung',
    'fehlgeschlagen',
    'unzustellbare',
    'mailzustellung',
    'verz\u00f6gert',
    'non remis',
    'non distribu',
    "n'a pas (?:pu )?\u00eatre",
    'non d\u00e9livr',
    '\u00e9chec',
    'remise',
    'no entrega',
    'no se (?:ha )?pud',
    'no entregad',
    'devuelto',
    'error de entrega',
    'entrega fallida',
    'fallo',
    'correo devuelto',
    'imposible',
    'falha na entrega',
    'n\u00e3o entreg',
    'n\u00e3o (?:foi|p\u00f4de|pode)',
    'devolvid',
    'mancata consegna',
    'non consegnat',
    'messaggio non',
    'impossibile',
    'errore',
    'onbestelbaar',
    'niet bezorgd',
    'niet afgeleverd',
    'nie dostarczon',
    'niedostarcz',
    'nie mo\u017cna',
    'zwrot',
    '\u043d\u0435 (?:\u043c\u043e\u0436\u0435\u0442 \u0431\u044b\u0442\u044c )?\u0434\u043e\u0441\u0442\u0430\u0432\u043b',
    '\u043d\u0435\u0434\u043e\u0441\u0442\u0430\u0432',
    '\u043e\u0448\u0438\u0431\u043a\u0430 \u0434\u043e\u0441\u0442\u0430\u0432\u043a\u0438',
    '\u0432\u043e\u0437\u0432\u0440\u0430\u0442',
    '\u9001\u4fe1\u3067\u304d',
    '\u914d\u4fe1',
    '\u914d\u9001',
    '\u30a8\u30e9\u30fc',
    '\u672a\u9054',
    '\u623b',
    '\u9000\u4fe1',
    '\u9000\u56de',
    '\u65e0\u6cd5\u6295\u9012',
    '\u7121\u6cd5\u50b3\u9001',
    '\u6295\u9012',
    '\u5931\u8d25',
    '\u5931\u6557',
    '\ubc18\uc1a1',
    '\uc804\uc1a1',
    'kunde inte levereras',
    'ikke leveret',
    'kunne ikke',
    'ei voitu',
    'nedoru\u010d',
    'nem k\u00e9zbes',
    'kézbesíthetetlen',
    'teslim edilemedi',
    'iletilemedi',
  ].join('|'),
);

/** True if a subject (any case) announces a delivery problem or report. */
export function isFailureSubject(subject: string): boolean {
  return FAILURE_SUBJECT.test(subject.slice(0, 300).toLowerCase());
}

const FAILURE_TEXT = new RegExp(
  [
    '(?:could|can|did|was|were|has|have|is|be|will) ?(?:not|n.t) (?:yet )?(?:be(?:en)? )?(?:deliver|sent|reach|accept|transmit|send)',
    'cannot be (?:deliver|sent)',
    '(?:unable|failed|trouble|attempt(?:ing|s)?|error) (?:to |in |while |attempting to )?(?:deliver|send|relay|reach)',
    'undeliver',
    'not be delivered',
    'not delivered to',
    'delivery (?:to|of|attempt|has|status|fail|error)',
    'deliver(?:y|ing)[^\\n]{0,60}(?:fail|permanent|unsuccess|delay|error|problem)',
    'returned (?:mail|message|to)',
    'permanent (?:fatal )?error',
    'delivery (?:error|problem)',
    'fatal errors',
    'not reach the following',
    'rejected (?:by|your|for)',
    'was rejected',
    'mailbox (?:is )?(?:full|unavailable|exceed)',
    'user(?:.s)? (?:unknown|mailbox)',
    'transcript of (?:the )?session',
    'no such user',
    'has been delayed',
    'still being retried',
    'recipient address',
    'following address',
    'following recipient',
    'remote host said',
    'address(?:es)? failed',
    'failed (?:address|recipient)',
    'final delivery',
    'delivery failed',
    'konnte nicht',
    'nicht zugestellt',
    'unzustellbar',
    "n'a pas",
    'n.o (?:foi|p.de|pode)',
    'no (?:pudo|ha podido|se ha|se pudo)',
    'non (?:\u00e8|e.) stat',
    'impossibile',
    'niet (?:worden )?(?:bezorgd|afgeleverd)',
    'nie (?:zosta|mo)',
    '\u0434\u043e\u0441\u0442\u0430\u0432',
    '\u3067\u304d\u307e\u305b\u3093',
    '\u9001\u4fe1',
    '\u914d\u4fe1',
    '\u914d\u9001',
    '\u6295\u9012',
    '\u9000\u4fe1',
    '\u5931\u8d25',
    '\u5931\u6557',
    '\uc804\uc1a1',
  ].join('|'),
);

/** True if a notice's text (lower case) speaks of a failed or delayed delivery. */
export function speaksOfFailure(lower: string): boolean {
  return FAILURE_TEXT.test(lower.slice(0, 6000));
}

const DELAY_TEXT =
  /(?:delay(?:ed)?\b|not yet been|has not yet|still being retried|will (?:be )?(?:retr|continue)|warning message only|just a warning|advisory-only|will keep trying|postponed|continue to try|attempts will continue|will be (?:re)?tried|verz\u00f6ger|retard|retras|atras)/;
const DELAY_SUBJECT = /delay|warning|still being|retr|verz\u00f6ger|retard|retras|atras/;
const GIVEN_UP =
  /given up|giving up|permanent|could not be delivered within|has been returned|returned to (?:the )?sender|will not be retried|no further|last attempt|undeliverable/;

/** True if the notice says that delivery goes on. `subject` and `lower` are lower case. */
export function speaksOfDelay(subject: string, lower: string): boolean {
  const text = lower.slice(0, 6000);
  return DELAY_TEXT.test(text) && (DELAY_SUBJECT.test(subject) || !GIVEN_UP.test(text));
}

const ANSWER_SUBJECT = new RegExp(
  [
    'out of (?:the )?office',
    'out.of.office',
    '^\\W{0,3}ooo\\b',
    'auto(?:matic|mated)?[- ]?(?:reply|response|respon|answer)',
    '^auto:',
    'autoreply',
    'vacation (?:reply|message|notice|response|auto)',
    '^on vacation',
    'away from (?:my|the) (?:mail|office|desk)',
    '^absence',
    'abwesenheits',
    'automatische antwort',
    'nicht im b\u00fcro',
    'r\u00e9ponse automatique',
    'absence du bureau',
    'respuesta autom',
    'fuera de (?:la )?oficina',
    'resposta autom',
    'fora do escrit',
    'risposta automatica',
    'fuori (?:sede|ufficio)',
    'automatisch antwoord',
    'afwezigheid',
    'automatyczna odpowied',
    'poza biurem',
    'autosvar',
    'fr\u00e5nvaromeddelande',
    'automaattinen',
    'automatick\u00e1 odpov',
    'otomatik yan\u0131t',
    '\u0430\u0432\u0442\u043e\u043e\u0442\u0432\u0435\u0442',
    '\u0430\u0432\u0442\u043e\u043c\u0430\u0442\u0438\u0447\u0435\u0441\u043a\u0438\u0439 \u043e\u0442\u0432\u0435\u0442',
    '\u81ea\u52d5\u5fdc\u7b54',
    '\u81ea\u52d5\u8fd4\u4fe1',
    '\u81ea\u52a8\u56de\u590d',
    '\u81ea\u52a8\u7b54\u590d',
    '\u81ea\u52d5\u56de\u8986',
    '\uc790\ub3d9 \uc751\ub2f5',
  ].join('|'),
);
const WEAK_ANSWER_SUBJECT = new RegExp(
  [
    'vacation',
    'holiday',
    '\\booo\\b',
    'away',
    'on leave',
    'absen[ct]',
    'abwesen',
    'urlaub',
    'en vacances',
    'ausente',
    'ausencia',
    'aus\u00eancia',
    'assente',
    'afwezig',
    'nieobecno',
    'fr\u00e5nvaro',
    'frav\u00e6r',
    '\u043d\u0435\u0442 \u043d\u0430 \u043c\u0435\u0441\u0442\u0435',
    '\u4e0d\u5728',
    '\ubd80\uc7ac',
  ].join('|'),
);

/** True if a subject (lower case) announces an automatic answer in so many words. */
export function isAnswerSubject(subject: string): boolean {
  return ANSWER_SUBJECT.test(subject.slice(0, 300));
}

/** True if a subject (lower case) speaks of absence; enough only where a header says that software wrote it. */
export function isWeakAnswerSubject(subject: string): boolean {
  return isAnswerSubject(subject) || WEAK_ANSWER_SUBJECT.test(subject.slice(0, 300));
}
