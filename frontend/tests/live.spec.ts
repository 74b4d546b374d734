import { join } from 'node:path';
import { allow, expect, test } from './page';
import { changed, folder, planatlas, serve, type Served } from './server';

const fixture = 'tests/fixtures/riverton';
const old = 'REGION,harbour,rv-revenue,2025,YEAR_TO_DATE,188.4,CNY-1e8,EQUAL,188.4亿元,NORMAL,,rv-bulletin,表1,,';
const now = 'REGION,harbour,rv-revenue,2025,YEAR_TO_DATE,199.9,CNY-1e8,EQUAL,199.9亿元,NORMAL,,rv-bulletin,表1,,';

/** Each test has a database of its own: it changes while the page is open. */
let served: Served;
let place: ReturnType<typeof folder>;
test.beforeEach(async () => {
  place = folder();
  const database = `sqlite:${join(place.path, 'live.db')}`;
  planatlas('import', changed(fixture, join(place.path, 'first'), 'observations.csv', {}), '--database', database);
  served = await serve(database);
  allow(served.url);
});
test.afterEach(async ({ page }) => {
  // A page that is open asks on, and nobody would answer.
  await page.close();
  await served.stop();
  place.remove();
});

/** Imports a corrected package, as the office would, and waits until the server reads it. */
async function correct(): Promise<void> {
  const corrected = changed(fixture, join(place.path, 'second'), 'observations.csv', { [old]: now });
  planatlas('import', corrected, '--database', served.database);
  const newest = async () => {
    const answer = await fetch(`${served.url}/graphql?query={revision{number}}`);
    return ((await answer.json()) as { data: { revision: { number: number } } }).data.revision.number;
  };
  await expect.poll(newest).toBe(2);
}

test('a new revision is told, nothing jumps, and refreshing shows it in place', async ({ page }) => {
  await page.clock.install();
  await page.setViewportSize({ width: 1280, height: 500 });
  await page.goto(`${served.url}/regions/harbour`);
  const sheet = page.getByTestId('profile');
  await expect(sheet).toContainText('188.4');
  await page.waitForLoadState('networkidle');
  await page.evaluate(() => {
    scrollTo(0, 300);
    Object.assign(window, { kept: true });
  });
  const before = await sheet.innerHTML();
  const height = await page.evaluate(() => document.documentElement.scrollHeight);

  await page.clock.fastForward(31_000);
  await expect(page.getByTestId('fresh'), 'nothing is new yet').toBeEmpty();
  await correct();
  await page.clock.fastForward(31_000);
  await expect(page.getByTestId('fresh')).toContainText('有新数据');
  await expect(page.getByTestId('fresh')).toHaveAttribute('role', 'status');
  expect(await sheet.innerHTML(), 'the page changed by itself').toBe(before);
  expect(await page.evaluate(() => [scrollY, document.documentElement.scrollHeight])).toEqual([300, height]);

  await page.getByRole('button', { name: '刷新' }).click();
  await expect(sheet).toContainText('199.9');
  await expect(sheet).not.toContainText('188.4');
  await expect(page.getByTestId('fresh')).toBeEmpty();
  await expect(page.getByTestId('colophon')).toContainText('2 ·');
  expect(await page.evaluate(() => [scrollY, 'kept' in window]), 'refreshed in place').toEqual([300, true]);
});

test('what was waved away is not told again; a state of the past is never called old', async ({ page }) => {
  await page.clock.install();
  await page.goto(`${served.url}/ledger?lang=en&plan=riverton-2026-2028`);
  await expect(page.getByRole('heading', { level: 1 })).toBeVisible();
  await correct();
  await page.clock.fastForward(31_000);
  await expect(page.getByTestId('fresh')).toContainText('New data (revision 2)');
  await page.getByRole('button', { name: 'Later' }).click();
  await expect(page.getByTestId('fresh')).toBeEmpty();
  await page.clock.fastForward(31_000);
  await expect(page.getByTestId('fresh')).toBeEmpty();

  await page.goto(`${served.url}/ledger?revision=1&plan=riverton-2026-2028`);
  await expect(page.getByRole('heading', { level: 1 })).toBeVisible();
  await page.clock.fastForward(31_000);
  await expect(page.getByTestId('fresh')).toBeEmpty();
});

test('a page out of sight does not ask, and coming back it asks at once; asking costs no body', async ({ page }) => {
  await page.clock.install();
  let asked = 0;
  page.on('request', (request) => (asked += Number(request.url().includes('/graphql?query'))));
  await page.goto(`${served.url}/projects`);
  await expect(page.getByRole('heading', { level: 1 })).toBeVisible();
  const hide = (hidden: boolean) =>
    page.evaluate((value) => {
      Object.defineProperty(document, 'hidden', { configurable: true, get: () => value });
      document.dispatchEvent(new Event('visibilitychange'));
    }, hidden);
  await hide(true);
  await page.clock.fastForward(120_000);
  expect(asked).toBe(0);
  await correct();
  await hide(false);
  await expect(page.getByTestId('fresh')).toContainText('有新数据');
  expect(asked).toBe(1);

  const address = `${served.url}/graphql?${new URLSearchParams({ query: '{revision{number}}' })}`;
  const first = await fetch(address);
  const again = await fetch(address, { headers: { 'if-none-match': first.headers.get('etag') ?? '' } });
  expect([again.status, (await again.text()).length]).toEqual([304, 0]);
});
