import { followLog, getOverview, readLog } from '@cairn/contracts';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';
import { build } from 'vite';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { SAMPLE_REBUILD, sampleRebuild } from './sample-rebuild.js';
import { type SampleHub, startSampleHub } from './sample-hub.js';
import { hostileLog, longLog } from './sample-log.js';

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
const PHONE: BrowserContextOptions = { viewport: { width: 390, height: 844 }, isMobile: true };
const DESKTOP: BrowserContextOptions = { viewport: { width: 1_280, height: 900 } };
/** Set to a folder to look at the pages. */
const shotsFolder = process.env['CAIRN_SHOTS'];

/** Each device in one scheme, or in both when someone looks. */
function schemesFor(device: 'desktop' | 'phone'): readonly ('light' | 'dark')[] {
  if (shotsFolder !== undefined) return ['light', 'dark'];
  return device === 'desktop' ? ['light'] : ['dark'];
}

const hasChromium = existsSync(CHROMIUM);
if (!hasChromium) console.log(`skipped: the pages are not tried, there is no ${CHROMIUM}`);

describe.skipIf(!hasChromium)('the built page in a browser', () => {
  let browser: Browser;
  let pageFolder: string;
  let hub: SampleHub | undefined;

  beforeAll(async () => {
    pageFolder = await mkdtemp(path.join(tmpdir(), 'cairn-page-'));
    const root = path.resolve(import.meta.dirname, '../..');
    await build({
      configFile: path.join(root, 'vite.config.ts'),
      logLevel: 'error',
      build: { outDir: pageFolder },
    });
    browser = await chromium.launch({ executablePath: CHROMIUM, args: ARGUMENTS });
  });
  afterEach(async () => {
    await hub?.close();
    hub = undefined;
  });
  afterAll(async () => {
    await browser.close();
    await rm(pageFolder, { recursive: true, force: true });
  });

  async function open(
    where: string,
    options: Partial<Parameters<typeof startSampleHub>[0]> & BrowserContextOptions = {},
  ): Promise<{ page: Page; complaints: string[] }> {
    hub = await startSampleHub({ pageFolder, log: hostileLog(), ...options });
    const context = await browser.newContext({ ...DESKTOP, ...options });
    const page = await context.newPage();
    const complaints: string[] = [];
    page.on('console', (message) => {
      if (message.type() === 'error') complaints.push(message.text());
    });
    page.on('pageerror', (error) => complaints.push(error.message));
    page.on('request', (request) => {
      if (!request.url().startsWith(hub!.url)) complaints.push(`asked ${request.url()}`);
    });
    await page.goto(hub.url + where);
    return { page, complaints };
  }

  async function shoot(page: Page, name: string): Promise<void> {
    if (shotsFolder === undefined) return;
    await page.screenshot({ path: path.join(shotsFolder, `${name}.png`), fullPage: true });
  }

  const pages = [
    ['/', 'Overview', 'libdaemon'],
    ['/tasks', 'Tasks', 'dosfstools'],
    ['/tasks/7', 'libdaemon 0.14-3', 'frobnicate'],
    ['/rebuilds', 'Rebuilds', '759 of 1737'],
    [`/rebuilds/${SAMPLE_REBUILD.id}`, 'Rebuild of main/main-x86-64', '61.5 builder-hours'],
    ['/channels', 'Packages', 'moss repo add'],
    ['/channels?search=lib&by=file', 'Packages', '/usr/lib/libdaemon.so.1'],
    ['/channels/main/versions', 'Versions of main', 'tested on three machines'],
    ['/channels/main/difference', 'Compare versions of main', 'oldtool'],
    [
      '/channels/main/capabilities?capability=soname(libdaemon.so.0)',
      'soname(libdaemon.so.0)',
      'avahi',
    ],
    ['/channels/main/packages/libdaemon', 'libdaemon', 'provided by none here'],
    ['/channels/main/packages/libdaemon?view=files', 'libdaemon', '-rwsr-xr-x'],
    ['/channels/main/packages/libdaemon?view=dependants', 'libdaemon', 'ifplugd'],
    ['/channels/main/packages/libdaemon?view=versions', 'libdaemon', 'not in it'],
    ['/builders', 'Builders', 'volunteer-3'],
    ['/repositories', 'Repositories', '1 recipe could not be read'],
    ['/login', 'Log in', 'One-time code'],
    ['/nowhere', 'Not found', 'overview'],
  ] as const;

  it('moves and zooms a graph of 1,737 steps smoothly, and shows what a step waits for', async () => {
    const { page, complaints } = await open(`/rebuilds/${SAMPLE_REBUILD.id}`);
    const graph = page.getByRole('img', { name: 'Graph of 1737 builds' });
    await graph.waitFor();
    const box = (await graph.boundingBox())!;
    await page.mouse.move(box.x + 200, box.y + 200);
    await page.evaluate(countFrames);
    await page.mouse.down();
    for (let step = 0; step < 30; step += 1)
      await page.mouse.move(box.x + 200 + step * 4, box.y + 200 + step * 2);
    await page.mouse.up();
    for (let turn = 0; turn < 20; turn += 1) await page.mouse.wheel(0, -60);
    const frames = await page.evaluate(frameTimes);
    const middle = frames.toSorted((left, right) => left - right)[frames.length >> 1];
    // A busy machine without a graphics card: the aim of 60 frames a second cannot be held there, a standstill can be excluded.
    expect(middle).toBeLessThan(100);
    await page.getByRole('searchbox', { name: 'Find' }).fill('source-250');
    await page.getByRole('heading', { name: 'source-250 build 1' }).waitFor();
    expect(
      await page.getByRole('link', { name: 'Task 251 and its log' }).getAttribute('href'),
    ).toBe('/tasks/251#log');
    const [neighbour] = sampleRebuild().graph[250]!.after;
    await page.getByRole('button', { name: neighbour!, exact: true }).click();
    await page.getByRole('heading', { name: `${neighbour!.slice(0, -2)} build 1` }).waitFor();
    expect(complaints).toEqual([]);
  });

  it.each(pages)(
    'shows %s on desktop and phone, within its policy and without a sideways scroll',
    async (where, title, content) => {
      for (const [name, device] of [
        ['desktop', DESKTOP],
        ['phone', PHONE],
      ] as const) {
        for (const colorScheme of schemesFor(name)) {
          const { page, complaints } = await open(where, {
            ...device,
            colorScheme,
            isSignedIn: where !== '/login',
          });
          await page.getByRole('heading', { level: 1, name: title }).waitFor();
          await page.getByText(content).first().waitFor();
          expect(await page.title()).toBe(`${title} · Cairn`);
          const overflow = await page.evaluate(
            () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
          );
          expect(overflow).toBeLessThanOrEqual(0);
          if (where === '/tasks/7') await page.getByText('Complete', { exact: true }).waitFor();
          await shoot(page, `${where.replaceAll(/[^a-z0-9]/g, '_')}-${name}-${colorScheme}`);
          expect(complaints).toEqual([]);
          await page.context().close();
          await hub?.close();
        }
      }
    },
  );

  it('leads by keyboard from a search to a package, its builds and who provides what it needs', async () => {
    const { page, complaints } = await open('/channels');
    await page.getByRole('searchbox', { name: 'Search' }).fill('libdaemon-devel');
    await page.keyboard.press('Enter');
    await page.waitForURL(/search=libdaemon-devel/);
    await page.getByRole('link', { name: 'libdaemon-devel' }).focus();
    await page.keyboard.press('Enter');
    await page.waitForURL(/\/channels\/main\/packages\/libdaemon-devel\?version=stream%2Fvolatile/);
    const task = page.getByRole('link', { name: 'task 7, attempt 2' });
    expect(await task.getAttribute('href')).toBe('/tasks/7#log');
    await page.getByRole('link', { name: 'aarch64' }).click();
    await page.waitForURL(/architecture=aarch64/);
    await page.getByRole('link', { name: 'soname(libc.so.6(x86_64))' }).click();
    await page.getByRole('heading', { name: 'Needed by 2' }).waitFor();
    await page.goBack();
    await page.getByRole('link', { name: 'Versions' }).click();
    expect(await page.getByRole('link', { name: 'Versions' }).getAttribute('aria-current')).toBe(
      'page',
    );
    await page.getByRole('link', { name: '1750000000' }).waitFor();
    expect(complaints).toEqual([]);
  });

  it('shows what packages say of themselves as text, and makes no link of it', async () => {
    const { page, complaints } = await open('/channels/main/packages/libdaemon');
    await page.getByText('onerror=').waitFor();
    await page.getByText('javascript:alert(1)').waitFor();
    expect(await page.locator('main img, a[href^="javascript:"]').count()).toBe(0);
    expect(await page.title()).toBe('libdaemon · Cairn');
    await page.goto(`${hub!.url}/channels/main/versions`);
    await page.getByText('onerror=').waitFor();
    expect(await page.locator('main img').count()).toBe(0);
    expect(complaints).toEqual([]);
  });

  it('compares versions that a reader chooses, and keeps the choice in the address', async () => {
    const { page } = await open('/channels/main/difference');
    await page.getByLabel('From').selectOption('tag/2026-11');
    await page.waitForURL(/from=tag%2F2026-11&to=stream%2Fvolatile/);
    await page.getByRole('button', { name: 'Swap' }).click();
    await page.waitForURL(/from=stream%2Fvolatile&to=tag%2F2026-11/);
    await page.reload();
    await page.getByText('oldtool').waitFor();
    expect(await page.getByRole('combobox', { name: /^To/ }).inputValue()).toBe('tag/2026-11');
    await page.goto(`${hub!.url}/channels/none/difference`);
    await page.getByText('There is no channel none.').waitFor();
  });

  it('shows a hostile log as text, whole and once, over a broken connection', async () => {
    const { page, complaints } = await open('/tasks/7', { cutLogAfterBytes: 8_192 });
    await page.getByText('Complete', { exact: true }).waitFor();
    const box = page.locator('.log-box');
    const text = (await box.textContent()) ?? '';
    expect(text).toContain('<script>document.title');
    expect(text).toContain('a link and title');
    expect(text.match(/\[150\/300\]/g)).toHaveLength(1);
    expect(text.match(/\[\d+\/300\]/g)).toHaveLength(300);
    expect(await box.locator('a, script, img, iframe').count()).toBe(0);
    expect(await page.title()).toBe('libdaemon 0.14-3 · Cairn');
    expect(await box.locator('.fg-1.bold').first().textContent()).toContain('error:');
    expect(complaints.filter((text) => !text.includes('ERR_INCOMPLETE_CHUNKED'))).toEqual([]);
  });

  it('follows the end until the reader scrolls up, and again at the end', async () => {
    const { page } = await open('/tasks/7');
    await page.getByText('Complete', { exact: true }).waitFor();
    const box = page.locator('.log-box');
    const distance = () =>
      box.evaluate((element) => element.scrollHeight - element.scrollTop - element.clientHeight);
    await expect.poll(distance).toBeLessThan(5);
    const toEnd = page.getByRole('button', { name: 'To the end' });
    expect(await toEnd.isDisabled()).toBe(true);
    await box.evaluate((element) => (element.scrollTop -= 400));
    await expect.poll(() => toEnd.isEnabled()).toBe(true);
    await toEnd.click();
    await expect.poll(distance).toBeLessThan(5);
    await page.getByRole('button', { name: 'First error' }).click();
    await page.locator('.marked').waitFor();
    expect(await page.locator('.marked').textContent()).toContain('implicit declaration');
  });

  it('opens a log of 50 MB at its end, and finds its first error, without freezing', async () => {
    const log = longLog(50);
    const { page } = await open('/tasks/7', { log });
    await page.getByText('last line').waitFor();
    expect(hub!.askedCount(followLog)).toBe(1);
    expect(await page.locator('.log-line').count()).toBeLessThan(2_200);
    await page.evaluate(() => {
      const gaps = ((globalThis as unknown as { gaps: number[] }).gaps = [0]);
      let before = performance.now();
      setInterval(() => {
        gaps.push(performance.now() - before);
        before = performance.now();
      }, 20);
    });
    const startedAt = performance.now();
    await page.getByRole('button', { name: 'First error' }).click();
    await page.locator('.marked').waitFor({ timeout: 60_000 });
    const longest = await page.evaluate(() =>
      Math.max(...(globalThis as unknown as { gaps: number[] }).gaps),
    );
    console.log(
      `first error of 50 MB after ${Math.round(performance.now() - startedAt)} ms in ${hub!.askedCount(readLog)} reads, longest stall ${Math.round(longest)} ms`,
    );
    expect(await page.locator('.marked').textContent()).toContain('the first of all errors');
    expect(await page.locator('.log-line').count()).toBeLessThan(2_200);
    // 1.2 to 2.1 s were seen with seven busy processes per core; the bound leaves room for worse.
    expect(longest).toBeLessThan(8_000);
  });

  it('stays calm under a thousand events a second, and says when it hears none', async () => {
    const { page } = await open('/');
    await page.getByText('live', { exact: true }).waitFor();
    const before = hub!.askedCount(getOverview);
    for (let round = 0; round < 30; round += 1) {
      hub!.sendEvents(100);
      await page.waitForTimeout(100);
    }
    await page.waitForTimeout(1_500);
    const asked = hub!.askedCount(getOverview) - before;
    expect(asked).toBeGreaterThanOrEqual(2);
    expect(asked).toBeLessThanOrEqual(8);
    hub!.dropStreams();
    await page.getByText('reconnecting').waitFor();
    await page.getByText('live', { exact: true }).waitFor();
  });

  it('leads from a running build straight to its log', async () => {
    const { page } = await open('/');
    await page.getByRole('link', { name: 'Live log of libdaemon' }).click();
    await page.getByText('Complete', { exact: true }).waitFor();
    const top = await page
      .locator('#log')
      .evaluate((heading) => heading.getBoundingClientRect().top);
    expect(Math.abs(top)).toBeLessThan(400);
    expect(await page.evaluate(() => scrollY)).toBeGreaterThan(100);
  });

  it('sends the token with a change, and tells when it is refused', async () => {
    const { page } = await open('/tasks/7', { isSignedIn: true });
    const [request] = await Promise.all([
      page.waitForRequest((sent) => sent.method() === 'POST'),
      page.getByRole('button', { name: 'Retry' }).click(),
    ]);
    expect(new URL(request.url()).pathname).toBe('/api/v1/tasks/7/retry');
    expect(request.headers()['x-csrf-token']).toBe('token');
    await page.getByRole('alert').waitFor();
  });

  it('remembers the theme that a reader chose', async () => {
    const { page } = await open('/', { colorScheme: 'light' });
    const ground = () =>
      page.evaluate(() => getComputedStyle(document.documentElement).backgroundColor);
    const light = await ground();
    await page.getByLabel('Theme').selectOption('dark');
    expect(await ground()).not.toBe(light);
    await page.reload();
    await page.getByRole('heading', { level: 1 }).waitFor();
    expect(await ground()).not.toBe(light);
  });
});

interface FrameCounter {
  frameTimes?: number[];
}

/** Runs in the page: notes how long each frame takes from now on. */
function countFrames(): void {
  const frames: number[] = [];
  (globalThis as FrameCounter).frameTimes = frames;
  let last = performance.now();
  const note = (now: number): void => {
    frames.push(now - last);
    last = now;
    requestAnimationFrame(note);
  };
  requestAnimationFrame(note);
}

/** Runs in the page. */
function frameTimes(): number[] {
  return (globalThis as FrameCounter).frameTimes ?? [];
}
