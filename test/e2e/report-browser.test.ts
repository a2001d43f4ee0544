import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { inflateSync } from 'node:zlib';
import axe from 'axe-core';
import type { BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  entryOf,
  HOSTILE,
  hostileEntries,
  lock,
  record,
  withStore,
} from '../../packages/unsent/test/support/ledger.ts';
import { chromiumPath, inBrowser } from '../support/browser.ts';
import { runUnsent } from '../support/cli.ts';
import { name } from '../support/names.ts';
import { needs } from '../support/require.ts';

const folder = mkdtempSync(join(tmpdir(), 'unsent-report-'));
const state = join(folder, 'state.db');
const file = join(folder, 'report.html');
const address = pathToFileURL(file).href;
const wide = { width: 1180, height: 900 };

afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe.runIf(needs('Chromium', chromiumPath !== null))('the HTML report in Chromium', () => {
  beforeAll(async () => {
    await withStore(state, async (store) => {
      const flood = Array.from({ length: 60 }, (_, i) =>
        entryOf(i, { arrivedAt: new Date(Date.UTC(2026, 10, 1 + (i % 20), 9)), localPart: `user${i % 7}` }),
      );
      await record(store, [...flood, ...hostileEntries()]);
      await lock(store, name('parked.example'), new Date('2026-11-10T10:00:00Z'));
      const decision = { hour: 494_000, identity: 'sender', result: 'fail', action: 'reject', count: 3 };
      await store.policyCounters.add({
        decisions: HOSTILE.map((text) => ({ ...decision, rule: text, domain: text })),
        senders: HOSTILE.map((text) => ({
          domain: text,
          strictness: 'broken',
          problem: text,
          lastSeenAt: new Date('2026-11-20'),
          count: 1,
        })),
      });
    });
    const args = ['report', '--state', state, '--since', '2026-10-25', '--html', file];
    expect(await runUnsent(args)).toMatchObject({ exitCode: 0, stderr: '' });
  });

  async function open(browser: BrowserContext): Promise<{ page: Page; problems: string[] }> {
    const page = await browser.newPage();
    const problems: string[] = [];
    page.on('request', (request) => request.url() === address || problems.push(`asked for ${request.url()}`));
    page.on('console', (message) => problems.push(message.text()));
    page.on('pageerror', (error) => problems.push(error.message));
    page.on('dialog', (dialog) => problems.push(dialog.message()));
    await page.goto(address);
    return { page, problems };
  }

  test('nothing that strangers wrote runs, is loaded, or becomes an element', async () => {
    await inBrowser(wide, async (browser) => {
      const { page, problems } = await open(browser);
      for (const summary of await page.locator('summary').all()) await summary.click();
      await page.waitForTimeout(200);
      expect(problems).toEqual([]);
      expect(await page.title()).toBe('Backscatter report');
      expect(await page.locator('script, img, iframe, object, embed, base, link, form, a').count()).toBe(0);
      expect(await page.locator('style').count()).toBe(1);
      const text = (await page.locator('body').textContent()) ?? '';
      expect(text).toContain('<script>document.title = "owned"</script>');
      expect(text).toContain('&lt;script&gt;');
      expect(text).toContain('\\e]0;owned\\x07');
      expect(text).toContain('invoice\\u202efdp.exe');
      expect(text).toContain('hello\\r\\nBcc: victim@example.org');
      expect(text.replaceAll('\n', '').replaceAll('\t', '')).not.toMatch(/\p{Cc}|\p{Cf}/u);
    });
  });

  test('the policy of the file forbids a script that got through all the same', async () => {
    await inBrowser(wide, async (browser) => {
      const { page } = await open(browser);
      const display = await page.evaluate(`
        document.body.append(Object.assign(document.createElement('script'), { textContent: 'document.title = "owned"' }));
        document.body.append(Object.assign(document.createElement('style'), { textContent: 'body { display: none }' }));
        getComputedStyle(document.body).display`);
      expect(await page.title()).toBe('Backscatter report');
      expect(display).toBe('block');
    });
  });

  test('a domain opens to its newest messages, and closes', async () => {
    await inBrowser(wide, async (browser) => {
      const { page } = await open(browser);
      const rows = page.locator('.inside tbody tr');
      expect(await rows.first().isVisible()).toBe(false);
      await page.locator('summary.row').first().click();
      expect(await rows.first().isVisible()).toBe(true);
      expect(await rows.count()).toBe(25);
      await page.locator('summary.row').first().press('Enter');
      expect(await rows.first().isVisible()).toBe(false);
    });
  });

  test.each([
    { title: 'light', ...wide, colorScheme: 'light', background: 'rgb(251, 250, 247)' },
    { title: 'dark', ...wide, colorScheme: 'dark', background: 'rgb(22, 24, 27)' },
    { title: 'a phone', width: 360, height: 740, colorScheme: 'dark', background: 'rgb(22, 24, 27)' },
  ] as const)(
    '$title: drawn, accessible, and no wider than the screen',
    async ({ background, title: _, ...screen }) => {
      await inBrowser({ ...screen, bypassCSP: true }, async (browser) => {
        const { page } = await open(browser);
        await page.locator('summary.row').first().click();
        expect(await page.evaluate('getComputedStyle(document.body).backgroundColor')).toBe(background);
        expect(await page.evaluate('document.documentElement.scrollWidth <= innerWidth')).toBe(true);
        const chart = page.locator('figure svg[role=img]:visible');
        expect(await chart.count()).toBe(1);
        expect(coloursOf(await chart.screenshot()).size).toBeGreaterThan(8);
        await page.evaluate(axe.source);
        const { violations } = await page.evaluate(() => Reflect.get(globalThis, 'axe').run());
        expect(violations.map((one: { id: string; help: string }) => `${one.id}: ${one.help}`)).toEqual([]);
      });
    },
  );

  test('on paper: light, whatever the screen is', async () => {
    await inBrowser({ ...wide, colorScheme: 'dark' }, async (browser) => {
      const { page } = await open(browser);
      await page.emulateMedia({ media: 'print' });
      expect(await page.evaluate('getComputedStyle(document.body).backgroundColor')).toBe('rgb(255, 255, 255)');
      const paper = await page.pdf({ format: 'A4' });
      expect(paper.subarray(0, 5).toString()).toBe('%PDF-');
    });
  });
});

/** The distinct colours of a PNG of 8 bits a channel: what is blank has one. */
function coloursOf(png: Buffer): ReadonlySet<number> {
  const parts: Buffer[] = [];
  for (let at = 8; at < png.length; at += 12 + png.readUInt32BE(at)) {
    const data = png.subarray(at + 8, at + 8 + png.readUInt32BE(at));
    if (png.toString('latin1', at + 4, at + 8) === 'IDAT') parts.push(data);
  }
  const pixels = inflateSync(Buffer.concat(parts));
  const colours = new Set<number>();
  for (let at = 0; at + 3 <= pixels.length; at += 3) colours.add(pixels.readUIntBE(at, 3));
  return colours;
}
