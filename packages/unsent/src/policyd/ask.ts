import { hostname } from 'node:os';
import { type ExitCode, parseIp, UnsentError } from '@unsent/dns';
import {
  createAnswerer,
  createInvestigator,
  type Decision,
  formatAction,
  logFields,
  type PolicyRequest,
  type RuleId,
  takeRequest,
} from '@unsent/policyd';
import { createRecordCache } from '@unsent/spf';
import { hasState } from '../lockdown/state.ts';
import { escapeForTerminal } from '../output/escape.ts';
import { renderTable } from '../output/table.ts';
import type { Shell } from '../shell.ts';
import { askDaemon } from './ask-daemon.ts';
import { systemClock } from './clock.ts';
import { knowledgeOf } from './knowledge.ts';
import { parseListenAddress } from './listen-address.ts';

export type AskOptions = {
  readonly client: string;
  readonly sender: string;
  readonly recipient: string;
  readonly helo?: string;
  readonly at?: string;
};

/** smtpd_policy_service_timeout: slow DNS may take the daemon most of it. */
const AS_LONG_AS_POSTFIX_MS = 100_000;

const RULES: Readonly<Record<RuleId, string>> = {
  'not-judged': 'there was nothing to judge',
  authenticated: 'the client has logged in',
  skip: 'the client is in a network that is not looked at (policy.skip)',
  forwarder: 'the client is a forwarder or backup MX (policy.forwarders)',
  'bounce-to-never-sender': 'a bounce to a domain of ours that never sends',
  'own-never-sender': 'a sender of a domain of ours that never sends',
  'dead-mx': 'nobody can answer the sender (policy.deadMx)',
  'spf-helo': 'SPF of the HELO name',
  'spf-mailfrom': 'SPF of the sender',
  trusted: 'the client is trusted (policy.trusted)',
  'private-client': 'the client is in a private network (policy.refusePrivateClients)',
  error: 'a fault of unsent (policy.onError)',
};

/** `unsent policyd ask`: what Postfix would be told, and why; from the rules, or with --at from a running daemon. */
export async function runAsk(shell: Shell, options: AskOptions): Promise<ExitCode> {
  const text = requestText(options);
  if (options.at !== undefined) {
    const answer = await askDaemon(parseListenAddress(options.at), text, AS_LONG_AS_POSTFIX_MS);
    if (shell.options.json) shell.stdout.write(`${JSON.stringify({ answer })}\n`);
    else shell.stdout.write(`${escapeForTerminal(answer)}\n${meaningOf(answer)}\n`);
    return 0;
  }
  const taken = takeRequest(Buffer.from(text));
  if (taken.kind !== 'request') throw new Error('our own request cannot be read');
  const startedMs = systemClock.now();
  const decision = await decide(shell, taken.request);
  print(shell, taken.request, decision, systemClock.now() - startedMs);
  return 0;
}

/** The request as Postfix would send it at RCPT. */
function requestText({ client, sender, recipient, helo }: AskOptions): string {
  if (parseIp(client) === null) {
    throw new UnsentError('usage', { message: `"${client}" is no address.`, hint: '--client 192.0.2.7', exitCode: 2 });
  }
  const attributes = {
    request: 'smtpd_access_policy',
    protocol_state: 'RCPT',
    protocol_name: 'ESMTP',
    client_address: client,
    client_name: 'unknown',
    helo_name: helo ?? '',
    sender: withoutBrackets(sender),
    recipient: withoutBrackets(recipient),
  };
  const values = Object.values(attributes);
  if (values.some((value) => /[\r\n\0]/.test(value))) {
    throw new UnsentError('usage', { message: 'a value holds a line break.', exitCode: 2 });
  }
  const lines = Object.entries(attributes).map(([name, value]) => `${name}=${value}\n`);
  return `${lines.join('')}\n`;
}

/** `<a@example.com>` and the null sender `<>`, as people write them; Postfix sends what is inside. */
function withoutBrackets(address: string): string {
  return address.startsWith('<') && address.endsWith('>') ? address.slice(1, -1) : address;
}

async function decide(shell: Shell, request: PolicyRequest): Promise<Decision> {
  const knowledge = knowledgeOf(await shell.config(), hostname());
  if (await hasState(shell)) {
    const locked = await (await shell.store()).lockedDomains.all();
    const changes = locked.map(({ name, lockedAt }) => ({ name, lockedAtMs: lockedAt.getTime() }));
    knowledge.useLocked({ kind: 'changes', changes });
  }
  const investigator = createInvestigator({
    resolver: await shell.resolver(),
    recordCache: createRecordCache(1),
    clock: systemClock,
    now: shell.now,
  });
  const { policy, own } = knowledge;
  return createAnswerer({ investigator, policy, own, now: shell.now })(request);
}

function print(shell: Shell, request: PolicyRequest, decision: Decision, ms: number): void {
  const fields = logFields(request, decision, ms);
  const answer = formatAction(decision.action)
    .trim()
    .replace(/^action=/, '');
  if (shell.options.json) {
    shell.stdout.write(`${JSON.stringify({ answer, ...fields })}\n`);
    return;
  }
  const rows = [
    ['answer', answer],
    ['meaning', meaningOf(answer)],
    ...(fields.intended === null ? [] : [['observing', `would be: ${fields.intended}`]]),
    ['rule', `${fields.rule}: ${RULES[decision.rule]}`],
    ...(fields.domain === null ? [] : [['domain', fields.domain]]),
    ...(fields.result === null ? [] : [['spf', `${fields.result} (${fields.lookups} of 10 lookups)`]]),
    ['reason', fields.reason],
  ];
  shell.stdout.write(renderTable([{ title: '' }, { title: '' }], rows, { width: null }));
}

function meaningOf(answer: string): string {
  const word = answer.split(' ', 1)[0] ?? '';
  if (word === 'DUNNO') return 'Postfix goes on with its next restriction.';
  if (word === 'PREPEND') return 'Postfix adds the header and goes on with its next restriction.';
  if (word === 'DEFER_IF_PERMIT') return 'Postfix asks the client to try again, unless a later restriction refuses.';
  if (word === 'REJECT' || /^5\d\d$/.test(word)) return 'Postfix refuses the recipient.';
  return `Postfix applies the restriction ${word}.`;
}
