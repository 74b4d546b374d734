import { expect, gl, idle, open, rendered, test } from './page';

test(
  'a total is drawn as squares, never as a fill; a rate as fills in at most five classes, with counts',
  gl,
  async ({ page }) => {
    await open(page, '?indicator=zone-revenue&period=2024');
    expect(await rendered(page, 'classes')).toEqual([]);
    expect((await rendered(page, 'zone-square')).length).toBeGreaterThanOrEqual(10);
    await expect(page.getByTestId('announce')).toContainText('示例');
    await expect(page.getByTestId('sample')).toBeVisible();

    await page.getByTestId('indicator').selectOption('industrial-va-growth');
    await expect(page).toHaveURL(/indicator=industrial-va-growth/);
    await expect.poll(async () => (await rendered(page, 'classes')).length).toBeGreaterThan(5);
    const legend = page.getByRole('list', { name: '图例' });
    expect(await legend.getByRole('listitem').count()).toBeLessThanOrEqual(7);
    await expect(legend).toContainText('无数据');
  },
);

test('classes do not move with the period', async ({ page }) => {
  await open(page, '?indicator=industrial-va-growth');
  const legend = page.getByRole('list', { name: '图例' }).locator('li span:first-of-type');
  const before = await legend.allTextContents();
  await page.keyboard.press('[');
  await idle(page);
  expect(await legend.allTextContents()).toEqual(before);
});

test('the picker and the timeline change what is shown', async ({ page }) => {
  await open(page);
  await page.getByTestId('indicator').selectOption('gdp');
  await idle(page);
  await expect(page).toHaveURL(/indicator=gdp/);
  const timeline = page.getByTestId('timeline');
  await expect(timeline.locator('li').first()).toBeVisible();
  await timeline.locator('li button').first().click();
  await expect(timeline.locator('li button').first()).toHaveAttribute('aria-pressed', 'true');
  await expect(page).toHaveURL(/period=/);
  const first = page.url();
  await page.keyboard.press(']');
  await expect(page).not.toHaveURL(first);
});

test('layout only: no figure, no timeline', async ({ page }) => {
  await open(page);
  await page.getByTestId('indicator').selectOption('none');
  await expect(page.getByTestId('timeline')).toHaveCount(0);
  await expect(page).toHaveURL(/indicator=none/);
});

test('the table says the same without the map', async ({ page }) => {
  await page.goto(`${process.env.PLANATLAS_URL}/?indicator=zone-revenue&period=2024&view=table`);
  const table = page.getByTestId('table');
  await expect(table.getByRole('table')).toHaveCount(4);
  for (const name of ['一核', '一带', '三组团', '柘城县', '永城市']) await expect(table).toContainText(name);
  const values = table.getByRole('table').nth(2).locator('tbody td.num .figure');
  const numbers = async () =>
    (await values.allTextContents()).map((v) => Number(v.replaceAll(/\s/g, '').replaceAll(' ', '')));
  await expect.poll(async () => (await numbers()).filter((n) => n > 0).length).toBeGreaterThan(8);
  await table.getByRole('button', { name: /排序/ }).nth(1).click();
  const sorted = (await numbers()).filter((n) => !Number.isNaN(n));
  expect(sorted).toEqual([...sorted].sort((a, b) => b - a));
  await table.getByRole('button', { name: '柘城县' }).first().click();
  await expect(page.getByTestId('drawer').getByRole('heading', { level: 2 })).toContainText('柘城县');
});
