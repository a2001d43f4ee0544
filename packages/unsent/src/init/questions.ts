import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { isImapAddress } from '@unsent/bounce';
import type { DomainName, IpPrefix, Resolver } from '@unsent/dns';
import type { MailboxConfig, ProviderConfig } from '../config.ts';
import type { Check } from '../doctor/check.ts';
import type { Shell } from '../shell.ts';
import type { Answers } from './answers.ts';
import type { SortedAnswers } from './config-text.ts';
import { type Sight, saySight, useBySight } from './domains.ts';
import { checkDraftMailboxes, checkDraftProvider, draftOf, withPaths } from './draft.ts';
import { readChoice, readDomains, readHosts, readKeyName, readMailboxes, readPath, readProvider } from './readings.ts';
import { proposedHosts } from './senders.ts';
import type { Talk } from './talk.ts';

type Asking = {
  readonly talk: Talk;
  readonly shell: Shell;
  readonly resolver: Resolver;
  readonly look: (name: DomainName) => Promise<Sight>;
  /** Where the configuration will stand. */
  readonly path: string;
};

const NOTHING: SortedAnswers = {
  unused: [],
  receiving: [],
  sending: new Map(),
  dnsServers: null,
  state: null,
  provider: null,
  mailboxes: [],
  postfix: false,
};

/** Asks all questions; each answer is looked at before the next question. */
export async function askAll(asking: Asking): Promise<SortedAnswers> {
  const { talk } = asking;
  const silent = await askSilent(asking);
  const sending = await askSending(asking, silent.doSend);
  const domains: SortedAnswers = { ...NOTHING, unused: silent.unused, receiving: silent.receiving, sending };
  const provider = await askChecked(
    asking,
    domains,
    askProvider,
    (answer) => ({ provider: answer }),
    checkDraftProvider,
  );
  const mailboxes = await askChecked(
    asking,
    domains,
    askMailboxes,
    (answer) => ({ mailboxes: answer }),
    checkDraftMailboxes,
  );
  const postfix = await talk.agree('Shall a Postfix on this host ask unsent about incoming mail?', false);
  return { ...domains, provider, mailboxes, postfix };
}

type Silent = { readonly unused: DomainName[]; readonly receiving: DomainName[]; readonly doSend: DomainName[] };

async function askSilent({ talk, look }: Asking): Promise<Silent> {
  const found: Silent = { unused: [], receiving: [], doSend: [] };
  const names = await talk.ask(
    'Which of your domains never send mail? (spaces between them; Enter: none)',
    '',
    readDomains,
  );
  for (const name of new Set(names)) {
    const sight = await look(name);
    const guess = useBySight(sight);
    talk.show(saySight(sight, guess));
    if (sight.sendersInSpf !== null && !(await talk.agree(`Does ${name} really never send?`, true))) {
      found.doSend.push(name);
    } else if (sight.mail === 'hosts' && !(await talk.agree(`Does somebody read the mail that ${name} gets?`, true))) {
      found.unused.push(name);
    } else {
      found[guess].push(name);
    }
  }
  return found;
}

async function askSending(
  { talk, resolver, look, shell }: Asking,
  known: readonly DomainName[],
): Promise<SortedAnswers['sending']> {
  const names = await talk.ask('Which of your domains send mail?', known.join(' '), readDomains);
  const sending = new Map<DomainName, readonly (IpPrefix | DomainName)[]>();
  for (const name of new Set([...known, ...names])) {
    const { failure } = await look(name);
    const proposal = failure === null ? (await proposedHosts(name, resolver, shell.now())).join(' ') : '';
    sending.set(name, await talk.ask(`From which hosts does ${name} send?`, proposal, readHosts));
  }
  return sending;
}

/** Asks again while the answer does not work, unless the person wants it all the same. */
async function askChecked<T>(
  asking: Asking,
  domains: SortedAnswers,
  ask: (asking: Asking) => Promise<T>,
  part: (answer: T) => Partial<Answers>,
  check: (draft: ReturnType<typeof draftOf>) => Promise<readonly Check[]>,
): Promise<T> {
  const { talk, shell, path } = asking;
  for (;;) {
    const answer = await ask(asking);
    const answers = withPaths({ ...domains, neverSend: [], ...part(answer) }, join(shell.cwd, 'unsent.yaml'), shell);
    const checks = await check(draftOf(answers, path, shell));
    talk.show(checks);
    const isFine = checks.every(({ state }) => state !== 'failure');
    if (isFine || (await talk.agree('Keep this answer all the same?', false))) return answer;
  }
}

const PROVIDERS = ['none', 'cloudflare', 'powerdns', 'rfc2136'] as const;

async function askProvider({ talk, shell }: Asking): Promise<ProviderConfig | null> {
  const name = await talk.ask(
    `Where are their DNS zones kept? (${PROVIDERS.join(', ')})`,
    'none',
    readChoice(PROVIDERS),
  );
  const path = readPath(shell.cwd);
  switch (name) {
    case 'none':
      return null;
    case 'cloudflare': {
      const file = await talk.ask(
        'Which file holds its API token? (Enter: the variable CLOUDFLARE_API_TOKEN)',
        '',
        path,
      );
      return { name, token: file === null ? null : { kind: 'file', path: file }, url: null };
    }
    case 'powerdns': {
      const file = await talk.ask('Which file holds its API key?', '/etc/unsent/powerdns.key', path);
      return talk.ask(
        'At which address is its HTTP API?',
        'http://127.0.0.1:8081',
        readProvider((url) => ({ name, url, apiKey: { file } })),
      );
    }
    case 'rfc2136': {
      const key = await talk.ask('What is the TSIG key called?', 'unsent', readKeyName);
      const file = await talk.ask('Which file holds its secret (base64)?', '/etc/unsent/tsig.key', path);
      return talk.ask(
        'Which is the primary name server? (HOST or HOST:PORT)',
        '127.0.0.1',
        readProvider((server) => ({ name, server, key: { name: key, secret: { file } } })),
      );
    }
  }
}

async function askMailboxes({ talk, shell }: Asking): Promise<readonly MailboxConfig[]> {
  const guesses = [join(shell.env['HOME'] ?? '', 'Maildir'), `/var/mail/${shell.env['USER'] ?? ''}`];
  const proposal = guesses.find((guess) => existsSync(guess) && !guess.endsWith('/')) ?? '';
  const boxes = await talk.ask(
    'Where does the mail with the bounces lie? (paths, or imaps://USER@HOST)',
    proposal,
    readMailboxes,
  );
  const complete: MailboxConfig[] = [];
  for (const box of boxes) {
    if (!isImapAddress(box.address)) {
      complete.push(box);
      continue;
    }
    const file = await talk.ask(
      `Which file holds the password of ${box.address}?`,
      '/etc/unsent/imap.pass',
      readPath(shell.cwd),
    );
    complete.push({ ...box, password: file === null ? null : { kind: 'file', path: file } });
  }
  return complete;
}
