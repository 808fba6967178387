import sparticuz from '@sparticuz/chromium';
import { chromium } from 'playwright-core';
const browser = await chromium.launch({ executablePath: await sparticuz.executablePath(), args: sparticuz.args, headless: true });
const page = await browser.newPage();
let errors: string[] = [];
page.on('pageerror', (e) => errors.push(e.message)); page.on('console', (m) => m.type()==='error' && errors.push(m.text()));
const shots = process.argv.slice(2);
for (const spec of shots) {
  const [name, port, path, theme, width='1440', height='900'] = spec.split('|');
  errors = []; await page.setViewportSize({ width: +width, height: +height });
  await page.goto(`http://localhost:${port}/mon`); 
  await page.evaluate((t)=>{ localStorage.setItem('csi.theme', t); }, theme);
  await page.goto(`http://localhost:${port}${path}`);
  await page.waitForLoadState('networkidle', { timeout: 5000 }).catch(() => {});
  await page.waitForTimeout(800);
  console.log(name, await page.evaluate(() => document.documentElement.dataset.theme), errors);
  await page.screenshot({ path: `/tmp/settle-shot-${name}.png` });
}
await browser.close();
