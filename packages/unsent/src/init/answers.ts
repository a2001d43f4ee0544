import type { DomainName, IpPrefix } from '@unsent/dns';
import * as v from 'valibot';
import { parseYamlAs } from '../config/parse.ts';
import type { ConfigProblem } from '../config/problem.ts';
import { repeatedDomains } from '../config/repeated-domains.ts';
import { type MailboxConfig, mailboxList } from '../config/schema-mailbox.ts';
import { domainName, key, keyOr, list, networkOrHost, section, text, yesOrNo } from '../config/schema-parts.ts';
import { type ProviderConfig, providerSection } from '../config/schema-provider.ts';
import { describeValue } from '../config/words.ts';

/** What was answered, typed or from a file. Paths are as they were given. */
export type Answers = {
  /** Sorted into unused and receiving by what DNS says. */
  readonly neverSend: readonly DomainName[];
  readonly unused: readonly DomainName[];
  readonly receiving: readonly DomainName[];
  /** Each with the hosts that send for it. */
  readonly sending: ReadonlyMap<DomainName, readonly (IpPrefix | DomainName)[]>;
  /** Resolvers to ask; null means the system's. */
  readonly dnsServers: readonly string[] | null;
  readonly state: string | null;
  readonly provider: ProviderConfig | null;
  readonly mailboxes: readonly MailboxConfig[];
  readonly postfix: boolean;
};

export type ParsedAnswers =
  | { readonly kind: 'ok'; readonly answers: Answers }
  | { readonly kind: 'wrong'; readonly problems: readonly [ConfigProblem, ...ConfigProblem[]] };

/** Reads a file of answers (docs/init.md). Every mistake comes with its line and key. Never throws. */
export function parseAnswers(yaml: string): ParsedAnswers {
  const parsed = parseYamlAs(yaml, answersSchema(), (file) =>
    repeatedDomains(file, { above: [], lists: ['neverSend', 'unused', 'receiving'] }),
  );
  if (parsed.kind === 'wrong') return parsed;
  const { sending, ...tree } = parsed.tree;
  const senders = Object.entries(sending).flatMap(([name, hosts]) => {
    const domain = v.safeParse(domainName(), name);
    return domain.success ? [[domain.output, hosts ?? []] as const] : [];
  });
  return { kind: 'ok', answers: { ...tree, sending: new Map(senders) } };
}

function answersSchema() {
  return section({
    neverSend: keyOr(
      [],
      'Domains that never send; DNS tells which of them receive.',
      list(domainName(), 'domain names'),
    ),
    unused: keyOr([], 'Domains that neither send nor receive.', list(domainName(), 'domain names')),
    receiving: keyOr([], 'Domains that receive, and never send.', list(domainName(), 'domain names')),
    sending: keyOr(
      {},
      'Domains that send, each with a list of the hosts that send for it.',
      v.record(
        domainName(),
        v.nullable(list(networkOrHost(), 'addresses, prefixes and host names')),
        ({ input }) => `expected a mapping of domain names to lists of hosts, got ${describeValue(input)}`,
      ),
    ),
    dnsServers: key('Resolvers, as dns.servers.', list(text('a resolver'), 'resolvers')),
    state: key('The database, as state.', text('a path')),
    provider: key('Where the zones are kept, as provider of the configuration.', providerSection()),
    mailboxes: keyOr([], 'Mailboxes with the bounces, as mailboxes of the configuration.', mailboxList()),
    postfix: keyOr(false, 'Whether a Postfix on this host shall ask unsent.', yesOrNo()),
  });
}
