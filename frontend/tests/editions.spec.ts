import AxeBuilder from '@axe-core/playwright';
import { join } from 'node:path';
import { allow, expect, home, test } from './page';
import { changed, folder, planatlas, serve, type Served } from './server';

const fixture = 'tests/fixtures/riverton';
const row = (rest: string) => `${rest},NORMAL,,rv-bulletin,表1,,`;
const cluster = row('CLUSTER,rv-equipment,rv-revenue,2025,YEAR_TO_DATE,185,CNY-1e8,EQUAL,185亿元');
const share = 'REGION,riverton,rv-share,2025,IN_PERIOD,28.6,percent,EQUAL,28.6%,PROVISIONAL,,rv-bulletin,表1,,';

/** One database for all: two editions, between them a revised figure, a share, a new one, and one taken back. */
let served: Served;
let place: ReturnType<typeof folder>;
test.describe.configure({ mode: 'serial' });
test.beforeAll(async () => {
  place = folder();
  const database = `sqlite:${join(place.path, 'editions.db')}`;
  const run = (...args: string[]) => planatlas(...args, '--database', database);
  const first = changed(fixture, join(place.path, 'first'), 'observations.csv', {});
  run('import', first, '--at', '2026-01-05T02:00:00Z', '--author', '统计局', '--message', '首次导入');
  const close = (code: string, cutoff: string, at: string) =>
    run('edition', 'close', '--code', code, '--cadence', 'annual', '--cutoff', cutoff, '--sample', '--at', at);
  close('2025-12', '2025-12-31', '2026-01-06T02:00:00Z');
  const second = changed(fixture, join(place.path, 'second'), 'observations.csv', {
    [row('REGION,harbour,rv-revenue,2025,YEAR_TO_DATE,188.4,CNY-1e8,EQUAL,188.4亿元')]: row(
      'REGION,harbour,rv-revenue,2025,YEAR_TO_DATE,190.9,CNY-1e8,EQUAL,190.9亿元',
    ),
    [row('REGION,pinewood,rv-revenue,2025,YEAR_TO_DATE,40.05,CNY-1e8,EQUAL,40.05亿元')]: '',
    [share]: share.replaceAll('28.6', '27.9').replace('PROVISIONAL', 'NORMAL'),
    [cluster]: `${cluster}\n${cluster.replace(',2025,', ',2026,').replaceAll('185', '150')}`,
  });
  run('import', second, '--at', '2027-01-10T02:00:00Z', '--author', '统计局', '--message', '核报更正');
  close('2026-12', '2026-12-31', '2027-01-12T02:00:00Z');
  served = await serve(database, '2027-02-01');
  allow(served.url);
});
test.afterAll(async () => {
  await served.stop();
  place.remove();
});

test('without an edition the page says how one is closed, and what there is to look at', async ({ page }) => {
  await page.goto(`${home()}/editions`);
  await expect(page.getByTestId('finding')).toContainText('还没有定稿的版次');
  await expect(page.getByTestId('how')).toContainText('planatlas edition close');
  await expect(page.getByTestId('picker')).toHaveCount(0);
  await expect(page.getByText('目前只有一次修订')).toBeVisible();
  await page
    .getByTestId('revisions')
    .getByRole('link', { name: /看它改了什么/ })
    .click();
  await expect(page).toHaveURL(/\/editions\/r1\/$/);
  await expect(page.getByRole('heading', { level: 1 })).toContainText(/新增 \d+ 个数/);
  await expect(page.getByTestId('states')).toContainText('此前：空库');
});

test('from the list of editions to what changed between two', async ({ page }) => {
  await page.goto(`${served.url}/editions?lang=en&indicator=rv-revenue`);
  await expect(page.getByTestId('finding')).toContainText('2 editions are closed, the newest is 2026-12');
  await expect(page.getByTestId('editions').getByRole('row')).toHaveCount(3);
  await page.getByTestId('go').click();
  await expect(page).toHaveURL(/\/editions\/2025-12\.\.2026-12\/\?lang=en&indicator=rv-revenue$/);
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Figures: 1 added, 2 revised, 1 ended');

  const figures = page.getByTestId('figures');
  const revised = figures.locator('[data-kind="REVISED"]').filter({ hasText: 'Harbour' });
  await expect(revised).toContainText('CNY 18.84 bn');
  await expect(revised).toContainText('CNY 19.09 bn');
  await expect(revised).toContainText('+CNY 250 m');
  await expect(revised).toContainText('+1.3%');
  await expect(revised, 'the word beside the mark').toContainText('Revised');
  await expect(figures.locator('[data-kind="REVISED"]').filter({ hasText: '27.9' })).toContainText('−0.7 pp');
  await expect(figures.locator('[data-kind="ENDED"]')).toContainText('CNY 4.005 bn');
  await expect(figures.locator('[data-kind="ADDED"]')).toContainText('CNY 15 bn');
  await expect(figures, 'why').toContainText('核报更正');
  await expect(page.getByTestId('where').getByRole('img')).toBeVisible();
  await expect(page.getByTestId('tables')).toContainText('observations');
});

test('a number leads to what it was, and the address shows the same to another person', async ({ page }) => {
  await page.goto(`${served.url}/editions/2025-12..2026-12/`);
  const revised = page.locator('[data-kind="REVISED"]').filter({ hasText: '港口' });
  await expect(revised.getByRole('link', { name: '190.9' })).toHaveAttribute('href', /edition=2026-12/);
  await revised.getByRole('link', { name: '188.4' }).click();
  await expect(page).toHaveURL(/\/indicators\/rv-revenue\?edition=2025-12&period=2025&select=region:harbour/);
  await expect(page.getByRole('status').filter({ hasText: '正在查看版次 2025-12' })).toBeVisible();
});

test('lights that turned are told with both days and the reason', async ({ page }) => {
  await page.goto(`${served.url}/editions/2025-12..2026-12/?plan=riverton-2026-2028`);
  const lights = page.getByTestId('lights');
  await expect(lights).toContainText('前 2025-12-31，后 2026-12-31');
  const turned = lights.getByRole('row').filter({ has: page.getByRole('link', { name: /^1 / }) });
  await expect(turned).toContainText('滞后');
  await expect(turned.locator('.why')).not.toBeEmpty();
  await turned.getByRole('link').click();
  await expect(page).toHaveURL(/\/tasks\/1/);
});

test('filters narrow the list and stand in the address', async ({ page }) => {
  await page.goto(`${served.url}/editions/2025-12..2026-12/`);
  await expect(page.getByTestId('shown')).toHaveText('4 处');
  await page.getByTestId('figures').getByLabel('方式').selectOption('REVISED');
  await expect(page).toHaveURL(/kind=REVISED/);
  await expect(page.getByTestId('shown')).toHaveText('4 处中的 2 处');
  await page.getByTestId('figures').getByLabel('指标').selectOption('rv-share');
  await expect(page.locator('[data-kind]')).toHaveCount(1);
  await page.reload();
  await expect(page.locator('[data-kind]')).toHaveCount(1);
  await page.getByRole('button', { name: '清除筛选' }).click();
  await expect(page.locator('[data-kind]')).toHaveCount(4);
});

test('the table can be taken away, in the language of the page and the same for ever', async ({ page }) => {
  for (const [lang, name] of [
    ['zh', '港口'],
    ['en', 'Harbour'],
  ]) {
    await page.goto(`${served.url}/editions/2025-12..2026-12/?lang=${lang}`);
    const link = page.getByTestId('files').getByRole('link', { name: 'CSV' });
    const answer = await page.request.get(new URL((await link.getAttribute('href')) ?? '', served.url).href);
    expect(answer.status(), await answer.text()).toBe(200);
    const lines = (await answer.text()).trim().split('\n');
    expect(lines).toHaveLength(5);
    expect(lines.find((line) => line.includes('190.9'))).toContain(name);
    expect(lines.find((line) => line.includes('190.9'))).toContain('核报更正');
  }
  await page.goto(`${served.url}/editions/r1..r3/`);
  const link = page.getByTestId('files').getByRole('link', { name: 'Excel' });
  expect(await link.getAttribute('href')).toContain('revision=3');
  const answer = await page.request.get(new URL((await link.getAttribute('href')) ?? '', served.url).href);
  expect([answer.status(), answer.headers()['cache-control']]).toEqual([200, expect.stringContaining('immutable')]);
});

test('revisions are compared too, never backwards, and what is not there is said', async ({ page }) => {
  await page.goto(`${served.url}/editions/r1..r3/`);
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('新增 1 个数，更正 2 个，撤去 1 个');
  await page.getByTestId('from').selectOption('r3');
  await page.getByTestId('to').selectOption('r1');
  await expect(page.getByText('前一个须早于后一个')).toBeVisible();
  await expect(page.getByTestId('go')).toHaveCount(0);
  await page.getByTestId('to').selectOption('r4');
  await page.getByTestId('go').click();
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('没有数字变化');
  await page.goto(`${served.url}/editions/2031-01..2031-02/`);
  await expect(page.getByRole('alert')).toContainText('2031-01');
});

test('on paper every row stands and nothing that only a screen can do', async ({ page }) => {
  await page.goto(`${home()}/editions/r1/`);
  const rows = page.locator('[data-kind]');
  await expect(rows.first()).toBeVisible();
  const some = await rows.count();
  await page.evaluate(() => dispatchEvent(new Event('beforeprint')));
  await page.emulateMedia({ media: 'print' });
  expect(await rows.count()).toBeGreaterThan(some);
  await expect(page.getByTestId('files')).toBeHidden();
  await expect(page.getByTestId('picker')).toHaveCount(0);
  await expect(page.getByRole('banner')).toBeHidden();
});

const long = Boolean(process.env.PLANATLAS_TEST_LONG);
for (const [name, path, mark] of [
  ['editions', '/editions', 'revisions'],
  ['changes', '/editions/2025-12..2026-12/', 'figures'],
] as const) {
  test(`${name}: axe finds nothing, and it fits`, async ({ page }) => {
    for (const lang of ['zh', 'en']) {
      for (const theme of ['light', 'dark']) {
        for (const width of long ? [320, 390, 768, 1280, 1920] : lang === 'zh' ? [390, 1280] : [320, 768]) {
          await page.setViewportSize({ width, height: 844 });
          await page.goto(`${served.url}${path}?lang=${lang}&theme=${theme}`);
          await expect(page.getByTestId(mark)).toBeVisible();
          await page.waitForLoadState('networkidle');
          const over = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
          expect(over, `${width} px, ${lang}: scrolls sideways`).toBeLessThanOrEqual(0);
          await page.screenshot({ path: `test-results/shots/${name}-${width}-${lang}-${theme}.png`, fullPage: true });
        }
        const { violations } = await new AxeBuilder({ page }).analyze();
        expect(violations.map((v) => `${v.id}: ${v.nodes.map((n) => n.target.join(' ')).join(', ')}`)).toEqual([]);
      }
    }
  });
}
