import { expect, test } from 'vitest';
import { isDaemon, isFailureSubject, speaksOfDelay, speaksOfFailure } from '../../src/forms/vocabulary.ts';

test.each([
  ['mailer-daemon@example.net', true],
  ['mail delivery system <mailer-daemon@example.net>', true],
  ['"postmaster" <postmaster@example.net>', true],
  ['mailer-daemon@example.net (mail delivery system)', true],
  ['mail delivery system <>', true],
  ['<>', true],
  ['microsoft outlook <microsoftexchange329e71ec88ae4615bbc36ab6ce41109e@example.net>', true],
  ['carl <carl@example.net>', false],
  ['news <bounce-123@example.net>', false],
  ['the postman <postman@example.net>', false],
  ['', false],
])('%s is mail software: %s', (from, expected) => expect(isDaemon(from)).toBe(expected));

test.each([
  ['Undelivered Mail Returned to Sender', true],
  ['failure notice', true],
  ['Nachricht konnte nicht zugestellt werden: unzustellbar', true],
  ['Échec de la remise', true],
  ['Не доставлено', true],
  ['系统退信', true],
  ['No se puede entregar: x', true],
  ['Kan inte leverera: x', true],
  ['Kan ikke levere: x', true],
  ['Не вдалося доставити: x', true],
  ['배달되지 않음: x', true],
  ['未送达: x', true],
  ['Nelivrabil: x', true],
  ['[BOUNCE]', true],
  ['Lunch?', false],
  ['Our services', false],
])('%s announces a failure: %s', (subject, expected) => expect(isFailureSubject(subject)).toBe(expected));

test.each([
  ['your mail could not be delivered', true],
  ['ihre nachricht konnte nicht zugestellt werden', true],
  ['送信できませんでした', true],
  ['see you at lunch', false],
])('%s speaks of failure: %s', (text, expected) => expect(speaksOfFailure(text)).toBe(expected));

test.each([
  ['delayed mail (still being retried)', 'whatever', true],
  ['warning', 'has not yet been delivered; attempts will continue', true],
  ['undelivered mail', 'this is a permanent error; it was delayed and then given up', false],
  ['failure', 'no such user', false],
])('%s / %s is a delay: %s', (subject, text, expected) => expect(speaksOfDelay(subject, text)).toBe(expected));
