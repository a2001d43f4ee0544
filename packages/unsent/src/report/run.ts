import { resolve } from 'node:path';
import { type ExitCode, UnsentError } from '@unsent/dns';
import { ownDomainsFrom } from '../config/own-domains.ts';
import { readDomain } from '../lockdown/request.ts';
import { hasState } from '../lockdown/state.ts';
import type { Shell } from '../shell.ts';
import { gatherReport } from './gather.ts';
import { parseSince } from './since.ts';

export type ReportOptions = { readonly since: string; readonly domain?: string; readonly html?: string };

/** `unsent report`. */
export async function runReport(shell: Shell, options: ReportOptions): Promise<ExitCode> {
  const now = shell.now();
  const since = parseSince(options.since, now);
  const domain = options.domain === undefined ? null : readDomain(options.domain);
  if (!(await hasState(shell))) {
    throw new UnsentError('report-no-state', {
      message: 'there is no database, so nothing was scanned.',
      hint: 'Run unsent scan first, or name the database with --state.',
    });
  }
  const store = await shell.store();
  const own = ownDomainsFrom(await shell.config(), await store.lockedDomains.all());
  const data = await gatherReport(store, own, { since, domain, now });
  if (options.html !== undefined) {
    // Drawing loads half a second of libraries.
    const { renderHtml } = await import('./html/page.ts');
    const { replaceFile } = await import('./replace-file.ts');
    await replaceFile(resolve(shell.cwd, options.html), renderHtml(data));
  }
  if (shell.options.json) {
    shell.stdout.write(`${JSON.stringify(data)}\n`);
  } else if (options.html !== undefined) {
    if (!shell.options.quiet) shell.stdout.write(`The report is in ${options.html}.\n`);
  } else {
    const { renderText } = await import('./render-text.ts');
    const width = shell.stdout.isTerminal ? shell.stdout.columns : null;
    shell.stdout.write(renderText(data, { style: shell.style, width }));
  }
  return 0;
}
