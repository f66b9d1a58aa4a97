import { defineConfig } from '@playwright/test';

/** The distribution's own browser: nothing is downloaded. */
const chromium = process.env.QR_CHROMIUM ?? '/usr/bin/chromium';

export default defineConfig({
  testDir: 'specs',
  outputDir: process.env.QR_BROWSER_RESULTS ?? 'artifacts',
  // One browser at a time: the stack under test is on the same machine, and some specs measure.
  workers: 1,
  fullyParallel: false,
  forbidOnly: true,
  retries: 0,
  timeout: 60_000,
  expect: { timeout: 10_000 },
  reporter: process.env.QR_BROWSER_REPORT ? [['json', { outputFile: process.env.QR_BROWSER_REPORT }]] : 'list',
  use: {
    baseURL: process.env.QR_GATEWAY_URL ?? 'http://localhost:8080',
    browserName: 'chromium',
    viewport: { width: 1440, height: 900 },
    locale: 'en-US',
    timezoneId: 'Europe/Berlin', // not the tenant's: days must come out in the tenant's zone all the same
    screenshot: 'only-on-failure',
    // Recording costs more than a quarter of the whole run's processor time, so it is asked for: QR_BROWSER_TRACE=1.
    trace: process.env.QR_BROWSER_TRACE ? 'retain-on-failure' : 'off',
    launchOptions: { executablePath: chromium, args: ['--no-sandbox', '--disable-dev-shm-usage'] },
  },
});
