// The files beside the mailbox: what DNS said during the attack, and the configuration of whoever reads the mailbox.
import { BAKERY, OUR_MX, OUTBOUND, PARKED, TICKETS } from './world.mjs';

const address = ({ name, ip }) => `${name}. 3600 IN ${ip.includes(':') ? 'AAAA' : 'A'} ${ip}`;

/** The zone of the forged name, as its DNS host would export it when the attack begins: nothing protects it. */
export function zoneText() {
  return `; A name from an old campaign, as its DNS host keeps it. Mail to it still reaches our own mail host, and its
; SPF record forbids nobody to send as it. For unsent lockdown --provider memory --zone FILE.
$ORIGIN ${PARKED}.
$TTL 3600
@            IN SOA   ns1.dns.example. hostmaster.dns.example. 2026040101 7200 3600 1209600 300
@            IN NS    ns1.dns.example.
@            IN NS    ns2.dns.example.
@            IN A     192.0.2.80
@            IN MX    10 ${OUR_MX.name}.
@            IN TXT   "v=spf1 a mx ?all"
@            IN TXT   "site-verification=7f1c22"
www          IN A     192.0.2.80
`;
}

/** What the rest of DNS answers: everything that a scan asks. */
export function dnsText() {
  return `; All the DNS of the story, three zones in one file, so that a scan needs no network: --dns zone:FILE.
${zoneText().replace(/^;.*\n/gm, '')}
; The name servers of all three.
ns1.dns.example. IN A  203.0.113.53
ns2.dns.example. IN A  203.0.113.54

; The help desk: it receives and never sends.
$ORIGIN ${TICKETS}.
@            IN SOA   ns1.dns.example. hostmaster.dns.example. 2026040101 7200 3600 1209600 300
@            IN NS    ns1.dns.example.
@            IN NS    ns2.dns.example.
@            IN MX    10 ${OUR_MX.name}.

; The one that sends.
$ORIGIN ${BAKERY}.
@            IN SOA   ns1.dns.example. hostmaster.dns.example. 2026101202 7200 3600 1209600 300
@            IN NS    ns1.dns.example.
@            IN NS    ns2.dns.example.
@            IN A     192.0.2.80
@            IN MX    10 ${OUR_MX.name}.
@            IN TXT   "v=spf1 ip4:192.0.2.10/31 ip6:2001:db8:10::/48 -all"
_dmarc       IN TXT   "v=DMARC1; p=none; rua=mailto:dmarc@${BAKERY}"
${address(OUR_MX)}
${OUTBOUND.map(address).join('\n')}
`;
}

/** The configuration that belongs to the mailbox. */
export function configText() {
  return `# yaml-language-server: $schema=../../packages/unsent/unsent.schema.json
# What the owner of the mailbox would write. In this folder: unsent scan mailbox.mbox --config unsent.yaml
domains:
  unused:
    - ${PARKED} # an old campaign: neither sends nor receives
  receiving:
    - ${TICKETS} # the help desk: receives, never sends
  sending:
    ${BAKERY}:
      outbound: [192.0.2.10/31, "2001:db8:10::/48"]

# Only for the example: DNS, zone and database are files here, so that nothing leaves this folder.
dns: { zone: dns.txt }
provider: { name: memory, zone: zone.txt }
state: ../../.unsent/joe-job.db
`;
}

/** One line a message: what is true about it, for the tests. */
export function truthText(messages) {
  return messages.map(({ truth }) => `${JSON.stringify(truth)}\n`).join('');
}
