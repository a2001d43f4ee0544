import type { SentLogStatus } from '@unsent/bounce';
import type { DomainName, ExitCode } from '@unsent/dns';
import { hasState } from '../lockdown/state.ts';
import { plural } from '../output/number.ts';
import { renderTable } from '../output/table.ts';
import type { Shell } from '../shell.ts';

const EMPTY: SentLogStatus = { messages: 0, senders: [], hosts: [] };

/** `unsent sentlog status`: what the log holds, and for which time it speaks. */
export async function runSentlogStatus(shell: Shell): Promise<ExitCode> {
  const status = (await hasState(shell)) ? await (await shell.store()).sentLog.status() : EMPTY;
  if (shell.options.json) shell.stdout.write(`${JSON.stringify(status)}\n`);
  else if (status.messages === 0) shell.stdout.write('The sent log is empty. To fill it: unsent sentlog import FILE\n');
  else shell.stdout.write(render(status, shell));
  return 0;
}

function render(status: SentLogStatus, shell: Shell): string {
  const domains = [...new Set(status.senders.map(({ domain }) => domain))];
  const rows = domains.flatMap((domain) => rowsOf(domain, status));
  const columns = ['domain', 'host', 'covered from', 'until', 'last sent'].map((title) => ({ title }));
  const width = shell.stdout.isTerminal ? shell.stdout.columns : null;
  const table = renderTable(columns, rows, { width, paintTitle: shell.style.dim });
  const rest =
    rows.length === 0
      ? 'No time is covered: what is not in the log proves nothing.\n'
      : 'In that time, what is not in the log was not sent by these hosts.\n';
  return `${plural(status.messages, 'message')} in the sent log.\n${table}${rest}`;
}

/** One row for each stretch of time of each host that sends for the domain. */
function rowsOf(domain: DomainName, { senders, hosts }: SentLogStatus): string[][] {
  return senders
    .filter((sender) => sender.domain === domain)
    .flatMap(({ host, lastSeenAt }) => {
      const spans = hosts.find((one) => one.host === host)?.spans ?? [];
      const name = host === '' ? '(any)' : host;
      if (spans.length === 0) return [[domain, name, 'not covered', '', minuteText(lastSeenAt)]];
      return spans.map(({ from, until }) => [
        domain,
        name,
        minuteText(from),
        minuteText(until),
        minuteText(lastSeenAt),
      ]);
    });
}

function minuteText(at: Date): string {
  return at.toISOString().slice(0, 16).replace('T', ' ');
}
