// See deploy/screenshots. A picture is an entry of the list: who looks at what, how wide, in which theme.
import { mkdir, writeFile } from 'node:fs/promises';
import { chromium } from '@playwright/test';
import { withPalette } from './palette.mjs';

const gateway = process.env.QR_GATEWAY_URL ?? 'http://localhost:8080';
const dashboard = process.env.QR_DASHBOARD_URL ?? 'http://localhost:18888';
const folder = new URL(process.env.QR_IMAGES ? `file://${process.env.QR_IMAGES}/` : '../../docs/images/', import.meta.url).pathname;
const largest = 200_000;

const overview = { user: 'analyst', path: '/', ready: async (page) => page.locator('svg path[stroke*="series-1"]').first().waitFor({ state: 'attached' }) };
const wide = { width: 1440, height: 900 };
const pictures = [
  { name: 'overview-light', ...overview, theme: 'light', viewport: wide, isWhole: true },
  { name: 'overview-dark', ...overview, theme: 'dark', viewport: wide, isWhole: true },
  { name: 'overview-phone', ...overview, theme: 'light', viewport: { width: 375, height: 812 }, isWhole: true },
  { name: 'definitions', user: 'analyst', path: '/definitions', theme: 'light', viewport: wide, ready: async (page) => page.locator('#revenue').waitFor() },
  { name: 'status', user: 'operator', path: '/status', theme: 'light', viewport: wide, ready: async (page) => page.getByRole('list', { name: 'Parts' }).waitFor() },
  { name: 'login', path: '/login', theme: 'light', viewport: wide, ready: async (page) => page.getByLabel('User name').waitFor() },
  { name: 'operations', base: dashboard, path: operationsPath(), theme: 'light', viewport: wide, isOptional: true, ready: async (page) => page.getByRole('table').first().waitFor({ timeout: 5_000 }) },
];

function operationsPath() {
  return process.env.QR_DASHBOARD_TOKEN ? `/login?t=${process.env.QR_DASHBOARD_TOKEN}` : '/';
}

async function logIn(page, user) {
  const answer = await fetch(`${gateway}/auth/token`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ username: user, password: 'demo' }),
  });
  if (!answer.ok) throw new Error(`${user} cannot log in: ${answer.status} ${await answer.text()}`);
  const { access_token: token } = await answer.json();
  await page.addInitScript((value) => sessionStorage.setItem('qr.session', value), token);
}

async function take(browser, picture) {
  const context = await browser.newContext({
    viewport: picture.viewport,
    colorScheme: picture.theme,
    reducedMotion: 'reduce',
    locale: 'en-US',
    deviceScaleFactor: picture.viewport.width < 500 ? 2 : 1,
  });
  try {
    const page = await context.newPage();
    if (picture.user) await logIn(page, picture.user);
    await page.goto((picture.base ?? gateway) + picture.path);
    await picture.ready(page);
    await page.evaluate(() => document.fonts.ready);
    const bytes = withPalette(await page.screenshot({ fullPage: picture.isWhole ?? false, animations: 'disabled', caret: 'hide' }));
    await writeFile(`${folder}${picture.name}.png`, bytes);
    console.log(`${picture.name}.png  ${(bytes.length / 1000).toFixed(0)} kB${bytes.length > largest ? '  larger than it should be' : ''}`);
  } finally {
    await context.close();
  }
}

const wanted = process.argv.slice(2);
await mkdir(folder, { recursive: true });
const browser = await chromium.launch({ executablePath: process.env.QR_CHROMIUM ?? '/usr/bin/chromium', args: ['--no-sandbox', '--disable-dev-shm-usage'] });
let failed = 0;
for (const picture of pictures.filter(({ name }) => wanted.length === 0 || wanted.includes(name))) {
  try {
    await take(browser, picture);
  } catch (error) {
    console.error(`${picture.name}: ${error instanceof Error ? error.message.split('\n')[0] : error}`);
    if (!picture.isOptional) failed = 1;
  }
}
await browser.close();
process.exit(failed);
