import { anyOf } from './words.ts';

// The words by which automatic answers announce themselves in the big languages. All lower case.

const ANSWER_SUBJECT = anyOf(String.raw`
  out of (?:the )?office | out.of.office | ^\W{0,3}ooo\b |
  auto(?:matic|mated)?[- ]?(?:reply|response|respon|answer) | ^auto: | autoreply |
  vacation (?:reply|message|notice|response|auto) | ^on vacation | away from (?:my|the) (?:mail|office|desk) |
  ^absence | abwesenheits | automatische antwort | nicht im büro | réponse automatique |
  absence du bureau | respuesta autom | fuera de (?:la )?oficina | resposta autom | fora do escrit |
  risposta automatica | fuori (?:sede|ufficio) | automatisch antwoord | afwezigheid | automatyczna odpowied | autoodpowied |
  poza biurem | autosvar | frånvaromeddelande | automaattinen | automatická odpov |
  otomatik yanıt | автоответ |
  автоматический ответ |
  自動応答 | 自動返信 | 自动回复 | 自动答复 |
  自動回覆 | 자동 응답 | 자동 회신 |
  automatisk svar | fraværsmelding | automatikus válasz | răspuns automat | αυτόματη απάντηση |
  автоматична відповідь | автоматичен отговор | automatski odgovor | samodejni odgovor |
  automatinis atsakymas | automātiskā atbilde | automaatvastus | מענה אוטומטי | תשובה אוטומטית |
  رد تلقائي | ตอบกลับอัตโนมัติ | trả lời tự động | balasan otomatis`);
const WEAK_ANSWER_SUBJECT = anyOf(String.raw`
  vacation | holiday | \booo\b | away | on leave | absen[ct] | abwesen | urlaub | en vacances | ausente |
  ausencia | ausência | assente | afwezig | nieobecno | frånvaro | fravær |
  нет на месте | 不在 | 부재 | απουσία | відсутн | отсутств | távol | poissa | odsoten`);

/** True if a subject (lower case) announces an automatic answer in so many words. */
export function isAnswerSubject(subject: string): boolean {
  return ANSWER_SUBJECT.test(subject.slice(0, 300));
}

/** True if a subject (lower case) speaks of absence; enough only where a header says that software wrote it. */
export function isWeakAnswerSubject(subject: string): boolean {
  return isAnswerSubject(subject) || WEAK_ANSWER_SUBJECT.test(subject.slice(0, 300));
}
