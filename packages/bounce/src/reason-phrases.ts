import type { BounceReason } from './bounce-reason.ts';

/**
 * What servers say, in lower case. The first reason with a phrase in the diagnostic wins, so the narrow ones stand in
 * front of the wide ones, and a reason may stand twice. A phrase is a plain substring: a server's words, no grammar.
 */
export const REASON_PHRASES: readonly (readonly [BounceReason, readonly string[]])[] = [
  ['speeding', split(`too many recipients this hour | sent to too many`)],
  [
    'hostunknown',
    split(`
      host or domain name not found | domain name not found | name service error | host not found | host unknown |
      unknown host | no such host | no such domain | nxdomain | domain does not exist | domain doesn't exist |
      unknown domain | non-existent domain | domain not found | unrouteable domain | couldn't find any host named |
      domain is not reachable | domain lookup failed | no such recipient domain | invalid domain name`),
  ],
  [
    'notaccept',
    split(`
      couldn't find a mail exchanger | no mx record found | doesn't receive email | does not receive mail |
      doesn't accept mail | does not accept mail | not accepting network messages |
      malformed or unexpected name server reply | nullmx | null mx | host does not accept`),
  ],
  [
    'networkerror',
    split(`
      mail loop | hop count | too many hops | loops back to myself | mail is looping | routing loop |
      host name lookup failure | name server failure | looping | requests to connect`),
  ],
  ['toomanyconn', split(`connection rate limit | too many recipients`)],
  ['suspend', split(`account is blocked | disabled recipient | est bloque | recipient account is`)],
  ['policyviolation', split(`because its content presents | content presents a potential`)],
  ['badreputation', split(`user complaints`)],
  ['notcompliantrfc', split(`multiple addresses in from`)],
  ['requireptr', split(`mismatches client ip`)],
  ['userunknown', split(`recipient address rejected: access denied | all recipient addresses rejected`)],
  [
    'rejected',
    split(`
      permission to post | not allowed to post | not a member | not member of | members only | purported responsible |
      may not post`),
  ],
  [
    'syntaxerror',
    split(`
      malformed address | syntax error | improper sequence | bad sequence | not implemented | incorrectly constructed |
      domain missing | may not follow`),
  ],
  [
    'failedstarttls',
    split(`
      starttls is required | must issue a starttls | tls required but not supported |
      tls is required, but was not offered | tls was required but host | cannot start tls | tls handshake failed |
      tls negotiation failed`),
  ],
  [
    'mailboxfull',
    split(`
      mailbox full | mailbox is full | mailbox for user is full | mailbox has exceeded | mailbox size limit |
      mailbox exceeds | mailfolder is full | mail box full | mail box is full | over quota | overquota |
      quota exceeded | exceeded quota | exceeded storage | exceeded his quota | exceeded their quota | quota violation |
      quota full | disk quota | out of storage | out of quota | over the allowed quota | over his quota |
      over its quota | over the quota | exceed quota | exceeds quota | exceeds allowed size |
      exceeding allotted shared quota | exceeded the quota | exceeded its quota | above quota |
      not enough storage space | insufficient disk space in mailbox | no space left | user is over | inbox is full |
      account is full | is full: | maildir delivery failed: userdisk quota | quota de correo | casilla llena |
      boîte pleine | postfach voll | postfach ist voll | speicherplatz | box is full | maildrop has exceeded |
      storage exceeded | has exceeded the limit | full mailbox | too many messages in this mailbox |
      too much mail data | not enough disk space to add | is over disk quota | bytes on disk |
      your message wasn't delivered because the recipient's inbox | storage allocation | exceeded the size`),
  ],
  [
    'mesgtoobig',
    split(`
      message too large | message is too large | message size exceeds | message too big | exceeds size limit |
      exceeds the maximum size | exceeds maximum message size | exceeds fixed maximum | size limit exceeded |
      message exceeds | message length exceeds | exceeded maximum inbound message size | too large to |
      maximum message size | larger than the current | message header size exceeds | mail size exceeds`),
  ],
  [
    'suspend',
    split(`
      account is disabled | account disabled | account has been disabled | user is disabled | mailbox disabled |
      mailbox is disabled | mailbox is inactive | mailbox inactive | inactive mailbox | inactive user |
      user is inactive | account inactive | account is inactive | account suspended | account is suspended |
      user suspended | suspended | temporarily locked | mailbox temporarily disabled |
      account that you tried to reach is disabled | deactivated | not active | account expired | account has expired |
      account not active | is currently suspended | recipient suspend the service | mailbox currently suspended |
      boite du destinataire archivee | has been suspended | account closed | expirado por falta de uso | out of date |
      frozen | mailbox unavailable or access denied | user account is over | vdelivermail: account is locked |
      account is locked | blocked for inactivity | disabled mailbox | sorry, this user has been disabled |
      user has been disabled | disabled`),
  ],
  [
    'hasmoved',
    split(`
      has moved | user has moved | has been moved | moved to another domain | has been replaced by | new address is |
      recipient has moved | address has changed`),
  ],
  [
    'norelaying',
    split(`
      relaying denied | relay access denied | relay not permitted | relaying not allowed | relaying mail to |
      relay denied | not relaying | unable to relay | no relaying | open relay | relay operation rejected |
      insecure mail relay | relaying is prohibited | not permitted to relay | cannot relay | relaying to |
      relay is not allowed | mail relay | that domain isn't in my list of allowed rcpthosts | isn't in my list |
      is not permitted to relay | relaying prohibited | relay prohibited | not allowed to relay`),
  ],
  [
    'requireptr',
    split(`
      reverse dns | ptr record | no ptr | rdns | reverse lookup | reverse hostname | reverse mapping | reverse name |
      cannot find your hostname | cannot find your reverse hostname | ip name lookup failed | no matching reverse |
      fix reverse | client host rejected: cannot find | domain name invalid | must resolve | ptr is |
      hostname verification failed | unresolvable relay host`),
  ],
  [
    'authfailure',
    split(`
      dmarc | spf check | spf fail | spf hard | spf softfail | failed spf | spf validation | sender policy framework |
      spf: | (spf) | by spf | openspf | dkim signature | dkim: | dkim fail | fails authentication |
      unauthenticated email | not pass authentication | authentication-results | authentication requirement |
      required authentication level | is not allowed to send mail from | email authentication`),
  ],
  [
    'notcompliantrfc',
    split(`
      rfc 5322 | rfc5322 | rfc 2822 | rfc2822 | rfc 822 | rfc 5321 | not rfc | not compliant | non-compliant |
      rfc-compliant | header is missing | missing header | multiple from headers | duplicate header | bare lf |
      bare <lf> | bare cr | messages missing a valid | missing 'from'`),
  ],
  [
    'badreputation',
    split(`
      bad reputation | poor reputation | low reputation | very low reputation | reputation of the | reputation |
      senderbase | talos`),
  ],
  [
    'userunknown',
    split(`
      user unknown | unknown user | unknown recipient | recipient unknown | unknown address | address unknown |
      unknown mailbox | mailbox unknown | unknown local part | unknown local-part | unknown account | unknown e-mail |
      unknown virtual | unknown to address | unknown in | no such user | no such recipient | no such person |
      no such mailbox | no such address | no such local user | no such account | no such name | no such domain user |
      no such email | no such host user | user not found | recipient not found | user doesn't | user does not |
      mailbox not found | address not found | not found in | account not found | adresse inconnue |
      address couldn't be found | could not be found | couldn't be found | was not found | wasn't found |
      mailbox does not exist | does not exist | doesn't exist | not exist | address no longer | no longer valid |
      no longer exists | no longer in use | no longer available | is no longer | dosn't exist |
      destinatario sconosciuto | no mailbox | not a valid recipient | not a valid user | not a valid mailbox |
      not a known user | not a known mailbox | is not known | isn't known | not known at | not our customer |
      not a customer | no account | doesn't have a | not have an account | doesn't handle mail for that user |
      not listed in | recipient name is not recognized | not recognized | name not found | is not listed |
      invalid recipient | invalid mailbox | invalid user | invalid address | invalid final delivery userid |
      invalid e-mail | invalid account | not valid | bad address | bad recipient | bad destination mailbox |
      unrouteable address | unroutable address | unrouteable mail | undeliverable address | recipient is invalid |
      address is invalid | recipient does not | address wrong | incorrect address | recipient no longer |
      rejected by recipient lookup | resolver.adr.recipnotfound | resolver.adr.recipientnotfound | utilisateur inconnu |
      usuario desconocido | unbekannter empf | benutzer unbekannt | nieznany | utente sconosciuto | cuenta no existe |
      no existe | this user doesn | addressee unknown | mailbox unavailable or not local | not local |
      recipient rejected | rcpt rejected | email address could not | unknown_recipient | mailbox not available |
      unable to find recipient | no matches to nameserver query | no user by that name | user by that name |
      delivery to the following recipient failed permanently | address does not | recipientnotfound |
      recipient address rejected | user invalid`),
  ],
  [
    'virusdetected',
    split(`
      virus | infected | malware | trojan | banned attachment | worm found | clamav | potentially executable |
      dangerous attachment | suspicious attachment | prohibited attachment | encoded messages`),
  ],
  [
    'speeding',
    split(`
      too fast | rate limit | rate that | throttl | too much mail | too many messages | receiving mail too quickly |
      sending too much | message rate | mail rate | too quickly | ratelimit`),
  ],
  [
    'toomanyconn',
    split(`
      too many connections | too many concurrent | too many simultaneous | concurrent connections |
      maximum connections | connection limit | too many sessions | all available ips are at maximum`),
  ],
  [
    'spamdetected',
    split(`
      spam | bulk mail | unsolicited | uce policy | junk mail | considered uce | looks like uce | content rejected |
      blacklisted url | spamassassin | message content rejected | contains url`),
  ],
  [
    'blocked',
    split(`
      blocked using | blacklist | block list | blocklist | black list | blocked | rbl | dnsbl | spamhaus | spamcop |
      listed in | listed at | client host rejected | connection refused by | connections from this host | ip address |
      your ip | access denied | denied by | refused to talk | connection dropped | your host | your server | bad dns |
      dynamic ip | helo | not allowed to connect | connections not accepted | not accepting mail from | server refused |
      access not allowed | greylist | graylist | unverifiable sending ips | invalid ip for sending`),
  ],
  [
    'securityerror',
    split(`
      authentication required | authentication failed | authentication credentials | must authenticate |
      not authenticated | security policy | insufficient security | credentials | auth required | smtp auth |
      please authenticate | authentication needed | unauthorized | authorization failed`),
  ],
  [
    'policyviolation',
    split(`
      policy | prohibited by | not allowed by | against our | violat | administrative prohibition | administratively |
      not permitted | forbidden | message rejected | disallowed | prohibited`),
  ],
  [
    'rejected',
    split(`
      sender rejected | sender address rejected | sender denied | sender verify | domain of sender | sender domain |
      from address | mail from | your email address | envelope sender | sender is | sender address | sender not |
      bad sender | invalid sender | invalid domain | domain does not | unroutable sender | backscatter | null sender |
      server does not accept mail from | rule imposed | does not like sender`),
  ],
  [
    'hostunknown',
    split(`
      not a valid domain | could not resolve | dns error | invalid domain | mx record | no mx | recipient domain |
      cannot resolve | host or domain name | nullmx | no valid host | hostname | all relevant mx | mx points to |
      domain must exist`),
  ],
  [
    'expired',
    split(`
      timed out | timeout | time out | retry timeout | retry time | delivery time | expired | too old | gave up |
      giving up | hop count | for more than | still being retried | queue too long | in the queue |
      unable to deliver message after | attempts | delivery attempt | did not respond | not responding |
      not been collected | has not yet been delivered | delayed | connection timed | retried |
      could not be delivered for | cannot send message`),
  ],
  [
    'networkerror',
    split(`
      connection refused | connection lost | connection closed | connection was | connection reset | connection failed |
      network is unreachable | no route to host | unable to connect | could not connect | couldn't connect |
      cannot connect | connect failed | lost connection | network error | establish an smtp connection | dns lookup |
      name server | no usable mail | loopback | routing | looping`),
  ],
  [
    'systemfull',
    split(`
      insufficient system storage | mail system full | insufficient disk space | file system full | disk full`),
  ],
  [
    'systemerror',
    split(`
      local configuration error | system error | internal error | server configuration | config error |
      temporary failure | local error | server error | service unavailable | cannot allocate | out of memory |
      service not available | configuration | temporar`),
  ],
  [
    'mailererror',
    split(`
      mailer error | unknown mailer | procmail | command failed | pipe | exit status | died with status | x-unix |
      local delivery failed | command died | returned status | child process`),
  ],
  [
    'contenterror',
    split(`
      content | charset | not supported | mime | attachment | smtputf8 | utf8 | 8bitmime | character | header | body |
      conversion`),
  ],
  [
    'filtered',
    split(`
      rejected by user | user refuses | not accept | does not accept | refused | because the recipient | resolver.rst. |
      not reach | not like recipient | rejected by the domain filter | user reject | permission | not authorized to |
      can't create output | user is not`),
  ],
  ['notaccept', split(`smtp protocol | host does not | no smtp service | nothing is listening`)],
];

function split(phrases: string): readonly string[] {
  return phrases.split('|').map((phrase) => phrase.trim());
}
