// The story: a quiet mailbox, then a week in which somebody else sends as parked.example.
import { FAULTS } from './delivery-status.mjs';
import { FORMS, reportId } from './forms.mjs';
import { later, mailDate, message, received } from './mail.mjs';
import { forgedOriginal, honestOriginal } from './originals.mjs';
import { abuseReport, challenge, dmarcReport, letter, readReceipt, vacation } from './others.mjs';
import { BAKERY, OUR_MX, PARKED, REPORTERS, STAFF, TICKETS } from './world.mjs';

const DAY = 86_400;
/** The attack begins in the night to a Saturday. */
const ATTACK = new Date('2026-11-14T01:40:00Z');
const MONTH_BEFORE = later(ATTACK, -18 * DAY);

/** Bounces of forged mail, by forged domain. */
const FORGED = { [PARKED]: 268, [TICKETS]: 31, [BAKERY]: 34 };
const HONEST_BOUNCES = 27;
const LETTERS = 74;

/**
 * Every message of the mailbox in the order of arrival, each with the truth about it: `kind` and `backscatter` as
 * `unsent scan --json` names them.
 */
export function tellStory(random) {
  const messages = [];
  const add = (made, facts) => messages.push(deliver(random, made, facts));
  for (const [domain, count] of Object.entries(FORGED)) {
    for (let i = 0; i < count; i++) addForged(random, add, domain);
  }
  for (let i = 0; i < HONEST_BOUNCES; i++) addHonest(random, add);
  addAutoReplies(random, add);
  addReports(random, add);
  for (let i = 0; i < LETTERS; i++) addLetter(random, add);
  addOdd(random, add);
  return messages.sort((a, b) => a.date.getTime() - b.date.getTime());
}

/** Most of it comes in the first two days; the tail is long. */
function duringAttack(random) {
  return later(ATTACK, Math.floor(random.next() * random.next() * 7 * DAY));
}

function anyTime(random) {
  return later(MONTH_BEFORE, Math.floor(random.next() * 25 * DAY));
}

function pickReporter(random) {
  const lots = REPORTERS.flatMap((reporter) => Array.from({ length: reporter.weight }, () => reporter));
  return random.pick(lots);
}

function addForged(random, add, domain) {
  const reporter = pickReporter(random);
  const sent = duringAttack(random);
  const original = forgedOriginal(random, domain, reporter, sent);
  const isDelay = reporter.form === 'postfix' && random.chance(0.15);
  const date = later(sent, isDelay ? 4 * 3600 + random.between(1, 600) : random.between(2, 90));
  const made = FORMS[reporter.form](random, { reporter, original, fault: random.pick(FAULTS), date, isDelay });
  add(made, { reporter, date, to: original.sender, kind: 'bounce', backscatter: 'yes' });
}

function addHonest(random, add) {
  const reporter = pickReporter(random);
  const sent = anyTime(random);
  const original = honestOriginal(random, BAKERY, reporter, sent);
  const date = later(sent, random.between(2, 60));
  const made = FORMS[reporter.form](random, { reporter, original, fault: random.pick(FAULTS), date });
  add(made, { reporter, date, to: original.sender, kind: 'bounce', backscatter: 'no' });
}

function addAutoReplies(random, add) {
  const plan = [
    { count: 9, make: vacation, domain: PARKED, isForged: true },
    { count: 5, make: challenge, domain: PARKED, isForged: true },
    { count: 2, make: vacation, domain: BAKERY, isForged: true },
    { count: 8, make: vacation, domain: BAKERY, isForged: false },
  ];
  for (const { count, make, domain, isForged } of plan) {
    for (let i = 0; i < count; i++) {
      const reporter = pickReporter(random);
      const sent = isForged ? duringAttack(random) : anyTime(random);
      const original = (isForged ? forgedOriginal : honestOriginal)(random, domain, reporter, sent);
      const date = later(sent, random.between(2, 30));
      const backscatter = isForged ? 'yes' : 'no';
      add(make(random, { original, date }), { reporter, date, to: original.sender, kind: 'auto-reply', backscatter });
    }
  }
}

function addReports(random, add) {
  for (let day = 0; day < 4; day++) {
    const reporter = REPORTERS[7];
    const date = later(ATTACK, (day + 1) * DAY + random.between(0, 3600));
    add(dmarcReport(random, { domain: BAKERY, date, reporter }), {
      reporter,
      date,
      to: `dmarc@${BAKERY}`,
      kind: 'report',
    });
  }
  for (const { make, forge, kind } of [
    { make: abuseReport, forge: forgedOriginal, kind: 'arf' },
    { make: readReceipt, forge: honestOriginal, kind: 'mdn' },
  ]) {
    for (let i = 0; i < 3; i++) {
      const reporter = pickReporter(random);
      const sent = duringAttack(random);
      const original = forge(random, BAKERY, reporter, sent);
      const to = kind === 'arf' ? `abuse@${BAKERY}` : original.sender;
      add(make(random, { original, reporter }), { reporter, date: later(sent, 300), to, kind });
    }
  }
}

function addLetter(random, add) {
  const reporter = pickReporter(random);
  const { from, ...made } = letter(random);
  const to = `${random.pick(STAFF)}@${BAKERY}`;
  add(made, { reporter, date: anyTime(random), to, kind: 'ordinary', envelopeSender: from });
}

/** What a terminal must survive: escape sequences and a bidi override in what strangers wrote. */
function addOdd(random, add) {
  const reporter = REPORTERS[0];
  const evil = { ...reporter, name: 'mx\u001b[31m\u202egnp.exe.example' };
  const sent = duringAttack(random);
  const original = forgedOriginal(random, PARKED, reporter, sent);
  const date = later(sent, 40);
  const made = FORMS.postfix(random, { reporter: evil, original, fault: FAULTS[0], date });
  add(made, { reporter, date, to: original.sender, kind: 'bounce', backscatter: 'yes' });
}

/** Puts the headers of the last hop on top: what our own mail host adds. */
function deliver(random, made, { reporter, date, to, kind, backscatter = null, envelopeSender = '' }) {
  const messageId = reportId(random, reporter);
  const headers = [
    `Return-Path: <${envelopeSender}>`,
    `Delivered-To: ${to}`,
    received({ from: reporter.name, ip: reporter.ip, by: OUR_MX.name, id: random.queueId(), to, date }),
    `Date: ${mailDate(later(date, -1))}`,
    `To: <${to}>`,
    `Message-ID: <${messageId}>`,
    ...made.headers,
  ];
  return { text: message(headers, made.body), date, envelopeSender, truth: { messageId, kind, backscatter } };
}
