/** One kind of mail, as the daemon is asked about it while it warms up. */
export type WarmUpKind = {
  readonly client: string;
  /** `@` stands for the sender's domain. */
  readonly helo: string;
  /** Empty for the null sender. */
  readonly sender: string;
  readonly recipient?: string;
  readonly user?: string;
  /** By what stands before the sender's domain; each text is `TYPE data`. None at all: the domain does not exist. */
  readonly records: Readonly<Record<string, readonly string[]>>;
};

/** Declared as `unused` while the daemon warms up. */
export const WARM_UP_PARKED = 'parked.example';
/** Every question below it fails. */
export const WARM_UP_FAILING = 'servfail.example';

const HERE = '192.0.2.7';
const ELSEWHERE = '203.0.113.9';
const OVER_IPV6 = '2001:db8::9';
const FROM_HERE = ['TXT v=spf1 ip4:198.51.100.0/24 ip4:192.0.2.0/24 ip6:2001:db8::/48 -all'];
const NOBODY = ['TXT v=spf1 -all'];
const HOST = { 'mail.': ['A 192.0.2.7', 'AAAA 2001:db8::7'] };
const TREE = {
  '': ['TXT v=spf1 include:_spf.@ include:_more.@ mx -all', 'MX mail.@'],
  '_spf.': ['TXT v=spf1 include:_one.@ include:_two.@ include:_three.@ ~all'],
  '_one.': ['TXT v=spf1 ip4:198.51.100.0/25 ip4:198.51.100.128/26 ip6:2001:db8:f001::/48 ~all'],
  '_two.': ['TXT v=spf1 ip4:198.51.100.192/27 ~all'],
  '_three.': ['TXT v=spf1 ip4:192.0.2.0/29 ~all'],
  '_more.': ['TXT v=spf1 ip4:198.51.100.200 -all'],
  'mail.': ['A 198.51.100.250'],
};

/** What mail brings, the frequent more than once. Addresses and names are those for documentation (RFC 5737, 3849, 2606). */
export const WARM_UP_KINDS: readonly WarmUpKind[] = [
  mail(HERE, { '': FROM_HERE, ...HOST }),
  mail(HERE, { '': FROM_HERE, ...HOST }),
  mail(ELSEWHERE, { '': FROM_HERE }, 'host.example'),
  mail(OVER_IPV6, { '': FROM_HERE, ...HOST }),
  mail('2001:db8:ffff::9', { '': FROM_HERE }, 'host.example'),
  mail(HERE, TREE),
  mail(ELSEWHERE, TREE, 'host.example'),
  mail(HERE, {
    '': ['TXT v=spf1 a mx ~all', 'A 198.51.100.1', 'MX mail.@', 'MX mx.@'],
    ...HOST,
    'mx.': ['A 198.51.100.2'],
  }),
  mail(HERE, { '': ['TXT v=spf1 exists:%{ir}.%{v}._ip.@ -all'], '7.2.0.192.in-addr._ip.': ['A 127.0.0.2'], ...HOST }),
  mail(ELSEWHERE, { '': ['TXT v=spf1 exists:%{l}.%{d2}.@ -all exp=why.@'], 'why.': ['TXT %{i} is not one of %{d}'] }),
  mail(HERE, { '': ['TXT v=spf1 redirect=_spf.@'], '_spf.': FROM_HERE, ...HOST }),
  mail(ELSEWHERE, { '': NOBODY, '_dmarc.': ['TXT v=DMARC1; p=reject'] }, 'host.example'),
  mail(ELSEWHERE, { '': [...NOBODY, 'MX .'] }, 'host.example'),
  mail(ELSEWHERE, { '': ['TXT v=spf1 ip4:192.0.2.0/24 ~all'] }, 'host.example'),
  mail(ELSEWHERE, { '': ['TXT v=spf1 ip4:192.0.2.0/24 ?all'] }, 'host.example'),
  mail(HERE, { '': ['TXT google-site-verification=abcdef', 'MX mail.@'], ...HOST }),
  mail(HERE, {}),
  mail(HERE, { '': ['TXT v=spf1 ip4:999.1.2.3 -all'], ...HOST }),
  mail(HERE, { '': ['TXT v=spf1 mx -all', 'TXT v=spf1 ip4:192.0.2.7 -all'], ...HOST }),
  mail(HERE, { '': ['TXT v=spf1 include:_loop.@ -all'], '_loop.': ['TXT v=spf1 include:_loop.@ -all'] }),
  { ...mail(HERE, {}), sender: `user@${WARM_UP_FAILING}` },
  { ...mail(HERE, HOST), sender: '' },
  { ...mail(HERE, { ...HOST, '': FROM_HERE }, '@'), sender: '' },
  { ...mail(ELSEWHERE, { '': NOBODY }, '@'), sender: '' },
  { ...mail(ELSEWHERE, {}, 'host.example'), sender: '', recipient: `user@${WARM_UP_PARKED}` },
  { ...mail(ELSEWHERE, {}, 'host.example'), sender: `user@${WARM_UP_PARKED}` },
  { ...mail(HERE, {}), user: 'user' },
  mail('127.0.0.1', {}),
];

function mail(client: string, records: WarmUpKind['records'], helo = 'mail.@'): WarmUpKind {
  return { client, helo, sender: 'user@@', records };
}

/** The sender's domain of the `number`th domain of a kind. */
export function warmUpDomain(kind: number, number: number): string {
  return `k${kind}-${number}.example`;
}

/** The request as Postfix 3.7 sends it. */
export function warmUpRequest(kind: WarmUpKind, domain: string, message: number, recipient: number): string {
  const helo = kind.helo.replace('@', domain);
  const sender = kind.sender === 'user@@' ? `user${message % 7}@${domain}` : kind.sender;
  return (
    `request=smtpd_access_policy\nprotocol_state=RCPT\nprotocol_name=ESMTP\nclient_address=${kind.client}\n` +
    `client_name=${helo}\nclient_port=43189\nreverse_client_name=${helo}\nserver_address=192.0.2.25\nserver_port=25\n` +
    `helo_name=${helo}\nsender=${sender}\nrecipient=${kind.recipient ?? `user${recipient}@example.com`}\n` +
    `recipient_count=0\nqueue_id=${recipient === 0 ? '' : '4D5E6F7A8B'}\ninstance=${message.toString(16)}.65b1.0\n` +
    `size=4096\netrn_domain=\nstress=\nsasl_method=\nsasl_username=${kind.user ?? ''}\nsasl_sender=\nccert_subject=\n` +
    'ccert_issuer=\nccert_fingerprint=\nccert_pubkey_fingerprint=\nencryption_protocol=TLSv1.3\n' +
    'encryption_cipher=TLS_AES_256_GCM_SHA384\nencryption_keysize=256\npolicy_context=\n\n'
  );
}
