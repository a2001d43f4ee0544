import { anyOf } from './words.ts';

// The words by which mail software and people announce what a message is, in the languages that have been seen or are
// likely. All lower case; used with `includes` or as bounded expressions on capped text.

/** Local parts that only mail software sends from. */
const DAEMON_LOCAL =
  /^(?:mailer-?daemon|mail-?daemon|maildaemon|mdaemon|mail\.delivery\.system|mail-delivery-system|postmaster|post_master|postmaster-[\w-]{1,20}|mailerdaemon|mta-daemon|bounce-?daemon|majordomo-owner|ndr|microsoftexchange[0-9a-f]{8,40}|mail-?er-?daemon[\w-]{0,20}|system-?administrator|nobody-bounce|symantec_antivirus[\w-]{0,40}|mailmarshal|mimesweeper|delivery-?daemon|delivery-?failure|noreply-bounce|smtp-?gateway)$/;
const FIRST_WORD = /[a-z][^\s(]{0,80}/;
const DAEMON_NAME =
  /mail(?:er)?[\s._-]?(?:delivery|deliver|daemon)|mail delivery|delivery[\s.-](?:sub)?system|delivery status|undeliver|system administrator|postmaster|mailer[\s-]daemon|mail administrator|systemadministrator|mail subsystem|internet mail|microsoft exchange|administrateur syst|administrador del sistema|mail system/;

/** True if that From value (lower case) belongs to mail software: MAILER-DAEMON, postmaster, an empty path. */
export function isDaemon(from: string): boolean {
  const close = from.lastIndexOf('>');
  const open = close === -1 ? -1 : from.lastIndexOf('<', close);
  const address = (open === -1 ? from : from.slice(open + 1, close)).trim();
  const at = address.indexOf('@');
  const local = at === -1 ? address : address.slice(0, at);
  if (open !== -1 && address === '') return true;
  if (DAEMON_LOCAL.test(FIRST_WORD.exec(local)?.[0] ?? '')) return true;
  const name = open === -1 ? from.slice(from.indexOf('(') + 1) : from.slice(0, open);
  return DAEMON_NAME.test(name.slice(0, 200)) || DAEMON_LOCAL.test(name.trim().replace(/^"|"$/g, ''));
}

const FAILURE_SUBJECT = anyOf(String.raw`
  undeliver | un-deliver | non.?deliver | not delivered | not be delivered | n't be delivered | failure notice |
  failure notification |
  delivery (?:status|fail|notif|report|problem|error|warning|has|incomplete|delay|did|unsuccess|attempt) |
  deliver(?:y|ing)? (?:\w+ ){0,3}(?:fail|unsuccess|delay) |
  mail (?:delivery|system) (?:fail|error|problem|warning|delay|status|has) | returned mail | returned to sender |
  return(?:ed)? to sender | returning (?:message|mail) to sender | mail (?:could|was|is|has) n |
  could not (?:be )?deliver | could not send | unable to deliver | cannot (?:be )?deliver |
  message (?:delayed|\S{1,40} delayed|undeliver|status|delivery|not|could|you sent) | delayed mail |
  mail delayed | still being retried | mail failure | mail failed | failed delivery | returning to sender |
  \[bounce\] | mail error | error sending | rejected | message bounced | bounced | bounce notif | ^bounce |
  user unknown | unzustellbar | nicht zugestellt | zustellung | fehlgeschlagen | unzustellbare | mailzustellung |
  verzögert | non remis | non distribu | n'a pas (?:pu )?être | non délivr | échec | remise |
  no entrega | no se (?:ha )?pud | no entregad | devuelto | error de entrega | entrega fallida | fallo |
  correo devuelto | imposible | falha na entrega | não entreg | não (?:foi|pôde|pode) | devolvid |
  mancata consegna | non consegnat | messaggio non | impossibile | errore | onbestelbaar | niet bezorgd |
  niet afgeleverd | nie dostarczon | niedostarcz | nie można | zwrot |
  не (?:может быть )?доставл |
  недостав |
  ошибка доставки |
  возврат | 送信でき | 配信 | 配送 |
  エラー | 未達 | 戻 | 退信 | 退回 | 无法投递 |
  無法傳送 | 投递 | 失败 | 失敗 | 반송 | 전송 |
  kunde inte levereras | ikke leveret | kunne ikke | ei voitu | nedoruč | nem kézbes |
  kézbesíthetetlen | teslim edilemedi | iletilemedi |
  no se puede entregar | no s'ha pogut | kan inte leverera | kan ikke lever | toimitus epäonn | ei voi toimittaa |
  nelivr | non recapitabile | não é possível entregar | teslim edilemiyor | 未传递 | 未傳遞 | לא ניתן למסירה | تعذر التسليم |
  δεν ήταν δυνατή η παράδοση | nu se poate livra | nije isporučen | nedostavljiv | δεν παραδόθηκε | μη παραδοτέο | не вдалося доставити |
  未送达 | 未傳遞 | 배달되지 | 배달할 수 | לא ניתן למסור | تعذر تسليم | tidak terkirim | không gửi được |
  ไม่สามารถส่ง`);

/** True if a subject (any case) announces a delivery problem or report. */
export function isFailureSubject(subject: string): boolean {
  return FAILURE_SUBJECT.test(subject.slice(0, 300).toLowerCase());
}

/** True for the transcripts of bad sessions that Postfix sends to its own postmaster; nothing was returned. */
export function isServerLog(subject: string): boolean {
  return /^\s{0,3}postfix (?:smtp|lmtp) (?:server|client): errors/i.test(subject);
}

const FAILURE_TEXT = anyOf(String.raw`
  (?:could|can|did|was|were|has|have|is|be|will) ?(?:not|n.t) (?:yet )?(?:be(?:en)? )?(?:deliver|sent|reach|accept|transmit|send) |
  cannot be (?:deliver|sent) |
  (?:unable|failed|trouble|attempt(?:ing|s)?|error) (?:to |in |while |attempting to )?(?:deliver|send|relay|reach) |
  undeliver | not be delivered | not delivered to | delivery (?:to|of|attempt|has|status|fail|error) |
  deliver(?:y|ing)[^\n]{0,60}(?:fail|permanent|unsuccess|delay|error|problem) | returned (?:mail|message|to) |
  permanent (?:fatal )?error | delivery (?:error|problem) | fatal errors | not reach the following |
  rejected (?:by|your|for) | was rejected | mailbox (?:is )?(?:full|unavailable|exceed) |
  user(?:.s)? (?:unknown|mailbox) | transcript of (?:the )?session | no such user | has been delayed |
  still being retried | recipient address | following address | following recipient | remote host said |
  address(?:es)? failed | failed (?:address|recipient) | final delivery | delivery failed | konnte nicht |
  nicht zugestellt | unzustellbar | n'a pas | n.o (?:foi|p.de|pode) | no (?:pudo|ha podido|se ha|se pudo) |
  non (?:è|e.) stat | impossibile | niet (?:worden )?(?:bezorgd|afgeleverd) | nie (?:zosta|mo) |
  достав | できません | 送信 | 配信 |
  配送 | 投递 | 退信 | 失败 | 失敗 | 전송`);

/** True if a notice's text (lower case) speaks of a failed or delayed delivery. */
export function speaksOfFailure(lower: string): boolean {
  return FAILURE_TEXT.test(lower.slice(0, 6000));
}

const DELAY_TEXT =
  /(?:delay(?:ed)?\b|not yet been|has not yet|still being retried|will (?:be )?(?:retr|continue)|warning message only|just a warning|advisory-only|will keep trying|postponed|continue to try|attempts will continue|will be (?:re)?tried|verzöger|retard|retras|atras)/;
const SURE_DELAY_SUBJECT = /\bdelay(?:ed)?\b|still being retried|verzögert/;
const DELAY_SUBJECT = /delay|warning|still being|retr|verzöger|retard|retras|atras/;
const GIVEN_UP =
  /given up|giving up|permanent|could not be delivered within|has been returned|returned to (?:the )?sender|will not be retried|no further|last attempt|undeliverable/;

/** True if the notice says that delivery goes on. `subject` and `lower` are lower case. */
export function speaksOfDelay(subject: string, lower: string): boolean {
  const text = lower.slice(0, 3000);
  if (SURE_DELAY_SUBJECT.test(subject)) return !GIVEN_UP.test(text);
  return DELAY_TEXT.test(text) && (DELAY_SUBJECT.test(subject) || !GIVEN_UP.test(text));
}
