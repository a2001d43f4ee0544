import { expect, test } from 'vitest';
import { isAnswerSubject, isWeakAnswerSubject } from '../../src/forms/vocabulary-answers.ts';

test.each([
  ['out of office: offer', true, true],
  ['automatic reply: offer', true, true],
  ['auto: bob is away', true, true],
  ['automatische antwort: x', true, true],
  ['réponse automatique : x', true, true],
  ['risposta automatica: x', true, true],
  ['автоответ: x', true, true],
  ['自動応答: x', true, true],
  ['자동 응답', true, true],
  ['automatisk svar: x', true, true],
  ['automatikus válasz: x', true, true],
  ['răspuns automat: x', true, true],
  ['αυτόματη απάντηση: x', true, true],
  ['автоматична відповідь: x', true, true],
  ['автоматичен отговор: x', true, true],
  ['automatski odgovor: x', true, true],
  ['자동 회신: x', true, true],
  ['מענה אוטומטי: x', true, true],
  ['رد تلقائي: x', true, true],
  ['ตอบกลับอัตโนมัติ: x', true, true],
  ['trả lời tự động: x', true, true],
  ['balasan otomatis: x', true, true],
  ['on holiday', false, true],
  ['your vacation is waiting', false, true],
  ['lunch?', false, false],
])('%s: an answer %s, maybe one %s', (subject, isAnswer, isMaybe) => {
  expect([isAnswerSubject(subject), isWeakAnswerSubject(subject)]).toEqual([isAnswer, isMaybe]);
});
