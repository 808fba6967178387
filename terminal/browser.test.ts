import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import sparticuz from '@sparticuz/chromium';
import { type Browser, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { csi, type Product, serve, writeArchive } from './testing/product';

const folder = mkdtempSync(join(tmpdir(), 'csi-browser-'));
const data = join(folder, 'data');
const root = fileURLToPath(new URL('..', import.meta.url));
let product: Product;
let browser: Browser;
let page: Page;
const errors: string[] = [];

beforeAll(async () => {
  if (!existsSync(join(root, 'terminal/dist/index.html'))) execFileSync('npm', ['run', '-s', 'build'], { cwd: root });
  writeArchive(join(folder, 'archive'), ['2026-07-06', '2026-07-07', '2026-07-08']);
  const loaded = await csi('import', join(folder, 'archive'), '--data', data);
  expect(loaded.code, loaded.out).toBe(0);
  const replayed = await csi('replay', '--from', '2026-07-06', '--to', '2026-07-08', '--data', data);
  expect(replayed.code, replayed.out).toBe(0);
  product = await serve(data, '--no-collect');
  browser = await chromium.launch({
    executablePath: await sparticuz.executablePath(),
    args: sparticuz.args,
    headless: true,
  });
  page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
  page.on('pageerror', (error) => errors.push(error.message));
  page.on('console', (message) => {
    if (message.type() === 'error') errors.push(message.text());
  });
}, 120_000);

afterAll(async () => {
  await browser?.close();
  await product?.stop();
  rmSync(folder, { recursive: true, force: true });
});

const open = async (path: string) => {
  await page.goto(product.url + path);
  await page.waitForLoadState('networkidle', { timeout: 3000 }).catch(() => {});
};
const row = (series: string) => page.locator('tr', { has: page.getByText(series, { exact: true }) });

describe('the terminal in a real browser', () => {
  it('MON shows the last fix of a series, and says plainly why another has none', async () => {
    await open('/mon');
    // 2.52 … 3.22 in steps of 0.10: the central third of eight equal weights is the mean of 2.82 and 2.92, four parts in six each.
    await expect.poll(() => row('CSI-H100-SXM-80').textContent()).toContain('2.8');
    expect(await row('CSI-L40S-48').textContent()).toContain('3 providers, 5 needed');
  });

  it('a reloaded page works as the first one did', async () => {
    await open('/mon');
    await page.reload();
    await expect.poll(() => row('CSI-H100-SXM-80').count()).toBe(1);
  });

  it('the command line finds a series and opens its chart', async () => {
    await open('/mon');
    await page.keyboard.press('/');
    await page.keyboard.type('H100 SXM GP');
    await page.keyboard.press('Enter');
    await expect.poll(() => new URL(page.url()).pathname).toBe('/gp/CSI-H100-SXM-80');
    await expect.poll(() => page.locator('canvas').count()).toBeGreaterThan(0);
    await page.goBack();
    await expect.poll(() => new URL(page.url()).pathname).toBe('/mon');
  });

  it('FIX opens with the sentence, and checks hash and signature in the browser', async () => {
    await open('/fix/CSI-H100-SXM-80/2026-07-08');
    await expect
      .poll(() => page.locator('body').innerText())
      .toContain('USD per GPU-hour at 16:00 London on 2026-07-08');
    await expect.poll(() => page.locator('body').innerText()).toMatch(/Signature\s+verified here/);
    const text = await page.locator('body').innerText();
    expect(text).toMatch(/Hash\s+verified here/);
    expect(text).toContain('voltagepark');
  });

  it('a fix altered on its way is called so, never verified', async () => {
    await page.route('**/v1/fixes/CSI-H100-SXM-80/2026-07-07', async (route) => {
      const answer = await (await route.fetch()).text();
      await route.fulfill({
        contentType: 'application/json',
        body: answer.replaceAll('\\"value\\":\\"2.', '\\"value\\":\\"9.'),
      });
    });
    await open('/fix/CSI-H100-SXM-80/2026-07-07');
    await expect.poll(() => page.locator('body').innerText()).toMatch(/does not|do not|FAILED|failed|not the/);
    expect(await page.locator('body').innerText()).not.toMatch(/Signature\s+verified here/);
    await page.unrouteAll();
  });

  it('CRV shows the tenors there are, and invents none', async () => {
    await open('/crv/H100-SXM-80');
    await expect.poll(() => page.locator('.crv tbody').innerText()).toMatch(/OD[^\n]*\s+2\.\d{4}/);
    expect(await page.locator('.crv tbody').innerText()).toContain('no value: no fix on 2026-07-08');
    expect(await page.locator('.crv .dot').count()).toBe(1);
  });

  it('SPR opens a pair with its statistics, and the crosshair moves by key', async () => {
    await open('/spr?filter=H100');
    await expect.poll(() => page.locator('.spr .scroll').innerText()).toContain('no fix on 2026-07-08');
    await open('/spr/CSI-H100-SXM-80.NC/CSI-H100-SXM-80');
    await expect.poll(() => page.locator('.spr .facts-line').innerText()).toMatch(/strikes\s+3 of 3/);
    expect(await page.locator('.spr .facts-line').innerText()).toMatch(/2026-07-08\s+0\.98\d\d/);
    await page.keyboard.press('ArrowLeft');
    await expect.poll(() => page.locator('.spr .facts-line .first').innerText()).toContain('2026-07-07');
  });

  it('SCU and HEAT say what is known, and what is not', async () => {
    await open('/scu');
    await expect.poll(() => page.locator('.compute').innerText()).toContain('CSI-BASKET-T');
    const text = await page.locator('.compute').innerText();
    expect(text).toContain('unavailable: H200-SXM-141: no fix on 2026-07-08');
    expect(text).toMatch(/L40S-48\s+suspended/);
    await open('/heat?of=utilisation');
    await expect.poll(() => page.locator('.heat').innerText()).toContain('It is not guessed.');
  });

  it('a fix says what it comes to per token where a throughput is stated', async () => {
    await open('/fix/CSI-H100-SXM-80/2026-07-08');
    await page.getByLabel('Tokens a second of one GPU, stated by you').fill('1000');
    await page.keyboard.press('Enter');
    await expect.poll(() => page.locator('tr', { hasText: 'per M tokens' }).innerText()).toMatch(/0\.\d{4}$/);
  });

  it('STL lists the contracts, and says plainly what a month does not settle at', async () => {
    await open('/stl');
    await expect.poll(() => row('CSI-H100-SXM-80-CD').textContent()).toContain('determination');
    await page.getByText('CSI-H100-SXM-80-CD', { exact: true }).click();
    await expect.poll(() => new URL(page.url()).pathname).toBe('/stl/CSI-H100-SXM-80-CD/2026-07');
    await expect.poll(() => page.locator('body').innerText()).toContain('The calculation agent determines.');
    const text = await page.locator('body').innerText();
    expect(text).toMatch(/3 of 31 fixes/);
    // Three days were replayed: the others may still be published late, until a later one is.
    expect(text).toContain('that may still come late');
    expect(text).toContain('None yet: it can be issued once every fix of the month is final.');
    await page.getByRole('link', { name: '2026-07-08' }).first().click();
    await expect.poll(() => new URL(page.url()).pathname).toBe('/fix/CSI-H100-SXM-80/2026-07-08');
  });

  it('SRC lists the sources and what was quarantined', async () => {
    await open('/src');
    await expect.poll(() => page.locator('body').innerText()).toContain('gpurentalprices');
    await open('/src/gpurentalprices');
    await expect.poll(() => page.locator('body').innerText()).toContain('CC BY 4.0');
  });

  it('the chain of evidence ends in a bundle that verifies', async () => {
    const file = join(folder, 'bundle.json');
    const answer = await fetch(`${product.url}/v1/fixes/CSI-H100-SXM-80/2026-07-08/evidence`);
    writeFileSync(file, Buffer.from(await answer.arrayBuffer()));
    const { code, out } = await csi('verify', file);
    expect(code, out).toBe(0);
    expect(out).toContain('byte for byte');
  });

  it('LOG checks a bundle in the browser alone, and names what was altered', async () => {
    const answer = await fetch(`${product.url}/v1/fixes/CSI-H100-SXM-80/2026-07-08/evidence`);
    const bundle = await answer.text();
    const file = { name: 'bundle.json', mimeType: 'application/json', buffer: Buffer.from(bundle) };
    await open('/log');
    await expect.poll(() => page.locator('.log-columns').innerText()).toContain('CSI-H100-SXM-80');
    const asked: string[] = [];
    page.on('request', (request) => asked.push(request.url()));
    await page.context().setOffline(true);
    await page.setInputFiles('#bundle-file', file);
    await expect.poll(() => page.locator('.bundle').innerText()).toContain('Compare key');
    const words = await page.locator('.bundle tr').allInnerTexts();
    expect(words.filter((line) => line.includes('verified here'))).toHaveLength(words.length - 1);
    expect(words.at(-1)).toContain('not checked');
    const altered = JSON.parse(bundle) as { inputs: { observations: { price: string }[] } };
    Object.assign(altered.inputs.observations[3] as object, { price: '7.1' });
    const buffer = Buffer.from(JSON.stringify(altered));
    await page.setInputFiles('#bundle-file', { ...file, name: 'altered.json', buffer });
    await expect.poll(() => page.locator('.bundle').innerText()).toContain('This file does not verify.');
    expect(await page.locator('.bundle').innerText()).toContain('inputs.observations[3]');
    await page.context().setOffline(false);
    // Nothing but the stream, which finds out that it is cut off and comes back.
    expect(asked.filter((url) => !url.includes('/v1/stream'))).toEqual([]);
  });

  it('a second process on the folder gets one clear sentence', async () => {
    const { code, out } = await csi('series', '--data', data);
    expect(code).toBe(2);
    expect(out.trim().split('\n')).toHaveLength(1);
    expect(out).toMatch(/in use by process \d+/);
  });

  it('nothing went wrong on the page', () => {
    expect(errors).toEqual([]);
  });
});
