import { existsSync } from 'node:fs';
import { chromium, type Browser } from 'playwright-core';

const CHROMIUM = '/usr/bin/chromium';
const ARGUMENTS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** Whether pages can be looked at here. */
export const HAS_BROWSER = existsSync(CHROMIUM);
if (!HAS_BROWSER) console.log(`skipped: the pages, for there is no ${CHROMIUM}`);

/** Starts a browser without a screen. */
export function startBrowser(): Promise<Browser> {
  return chromium.launch({ executablePath: CHROMIUM, args: ARGUMENTS });
}
