// Who lives in the story. Names are of RFC 2606, addresses of RFC 5737 and RFC 3849.

/** Never sends, never receives: a leftover of an old campaign, and the one whose name is forged. */
export const PARKED = 'parked.example';
/** Receives tickets for a help desk and never sends. */
export const TICKETS = 'tickets.example';
/** The one that is really used. */
export const BAKERY = 'bakery.example';

/** Our own mail host; it takes the mail of all three domains. */
export const OUR_MX = { name: 'mx.bakery.example', ip: '192.0.2.25' };
/** What sends bakery.example's mail. */
export const OUTBOUND = [
  { name: 'out1.bakery.example', ip: '192.0.2.10' },
  { name: 'out2.bakery.example', ip: '192.0.2.11' },
  { name: 'out6.bakery.example', ip: '2001:db8:10::25' },
];

/** People whose mailboxes take bakery.example's mail. */
export const STAFF = ['info', 'orders', 'mara.winkler', 'tobias.lang', 'rechnung'];

/** Hosts that accepted spam and bounced it to the forged sender, by the kind of software they run. */
export const REPORTERS = [
  { name: 'mx1.northlink.example', ip: '198.51.100.11', form: 'postfix', weight: 22 },
  { name: 'relay.stadtnetz.example', ip: '198.51.100.12', form: 'postfix', weight: 9 },
  { name: 'mail.faculty.example', ip: '198.51.100.13', form: 'sendmail', weight: 10 },
  { name: 'smtp-in.lakeside.example', ip: '198.51.100.14', form: 'exim', weight: 12 },
  { name: 'box7.sharedhost.example', ip: '198.51.100.15', form: 'eximText', weight: 14 },
  { name: 'old.harbour.example', ip: '198.51.100.16', form: 'qmail', weight: 13 },
  { name: 'ex01.insurer.example', ip: '198.51.100.17', form: 'exchange', weight: 16 },
  { name: 'mx-in-4.bigmail.example', ip: '198.51.100.18', form: 'bigmail', weight: 18 },
  { name: 'gw.filterworks.example', ip: '198.51.100.19', form: 'gateway', weight: 8 },
];

/** Senders of the attack: hosts that no record of ours lists. */
export const BOTNET = [
  '203.0.113.5',
  '203.0.113.17',
  '203.0.113.44',
  '203.0.113.71',
  '203.0.113.102',
  '203.0.113.160',
  '203.0.113.199',
  '203.0.113.230',
  '198.51.100.140',
  '198.51.100.201',
  '2001:db8:b07:1::66',
  '2001:db8:b07:9::2a',
];

/** Made-up local parts under a forged domain: bots invent them by the thousand. */
export const FORGED_PARTS = ['info', 'billing', 'support', 'noreply', 'service', 'account', 'sales', 'security'];
export const FIRST = [
  'anna',
  'boris',
  'carla',
  'dimitri',
  'elena',
  'farid',
  'greta',
  'hugo',
  'irma',
  'jonas',
  'kemal',
  'lotte',
];
export const LAST = [
  'adler',
  'brandt',
  'cole',
  'duarte',
  'ek',
  'falk',
  'grau',
  'holm',
  'ito',
  'jansen',
  'koch',
  'lund',
];

export const SPAM_SUBJECTS = [
  'Your parcel is waiting at the depot',
  'Last reminder: invoice 88213 is open',
  'You are one of five winners this week',
  'Unusual sign-in to your account',
  'A doctor told me about these pills',
  'Your mailbox is 99% full',
  'Re: the transfer we spoke about',
];

export const HONEST_SUBJECTS = [
  'Your order of rye and spelt',
  'Opening hours over the holidays',
  'Offer for 120 rolls, 28 November',
  'Invoice 2026-1187',
  'Delivery moved to Thursday',
];
