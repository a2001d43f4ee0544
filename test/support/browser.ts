import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type BrowserContext, chromium } from 'playwright-core';
import { findProgram } from './require.ts';

/** Debian's Chromium; null when it is missing. */
export const chromiumPath: string | null = findProgram('chromium', true);

export type BrowserOptions = {
  readonly width: number;
  readonly height: number;
  readonly colorScheme?: 'light' | 'dark';
  /** Lets a test bring its own script into a page that forbids scripts. */
  readonly bypassCSP?: boolean;
};

/** Runs `work` in a browser with a profile of its own, which asks nobody for anything, and ends it. */
export async function inBrowser<T>(options: BrowserOptions, work: (browser: BrowserContext) => Promise<T>): Promise<T> {
  const profile = mkdtempSync(join(tmpdir(), 'unsent-chromium-'));
  const { width, height, ...others } = options;
  const browser = await chromium.launchPersistentContext(profile, {
    executablePath: chromiumPath ?? '',
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
    viewport: { width, height },
    ...others,
  });
  try {
    return await work(browser);
  } finally {
    await browser.close();
    rmSync(profile, { recursive: true, force: true });
  }
}
