import { expect, home, test } from './page';

test('without WebGL a plain map and the table say the same', async ({ page }) => {
  await page.goto(`${home()}/?indicator=zone-revenue&period=2024`);
  const map = page.getByTestId('svg-map');
  await expect(map).toBeVisible();
  await expect(page.getByTestId('map')).toHaveCount(0);
  await expect(page.getByText('本机不支持 WebGL')).toBeVisible();
  await expect(map.locator('path[data-kind="region"]')).toHaveCount(9);
  await expect(map.locator('[data-kind="zone"]').first()).toBeVisible();
  await map.getByRole('button', { name: /^柘城县/ }).focus();
  await page.keyboard.press('Enter');
  await expect(page.getByTestId('drawer').getByRole('heading', { level: 2 })).toContainText('柘城县');
  await page.screenshot({ path: 'test-results/shots/without-webgl.png' });
  await page.getByRole('button', { name: '表格' }).click();
  await expect(page.getByTestId('table')).toContainText('永城市');
});

test('without WebGL rates are classes and gaps are hatched', async ({ page }) => {
  await page.goto(`${home()}/?indicator=industrial-va-growth`);
  await expect(page.locator('path[data-kind="region"][class*="class-"]').first()).toBeVisible();
});

test('without WebGL an area is drawn, measured and read just the same', async ({ page }) => {
  await page.goto(`${home()}/`);
  await expect(page.getByTestId('svg-map')).toBeVisible();
  await page.getByRole('button', { name: '框选' }).click();
  const pad = page.getByTestId('overlay');
  await expect(pad).toBeFocused();
  const box = await pad.boundingBox();
  if (!box) throw new Error('nothing to draw on');
  await page.mouse.move(box.x + box.width * 0.3, box.y + box.height * 0.3);
  await page.mouse.down();
  await page.mouse.move(box.x + box.width * 0.6, box.y + box.height * 0.7, { steps: 3 });
  await page.mouse.up();
  await expect(page).toHaveURL(/area=box:/);
  await expect(page.getByTestId('inside').locator('tr[data-code]').first()).toBeVisible();
  await page.goto(`${home()}/?measure=distance:115,34,116,34`);
  await expect(page.getByTestId('measured')).toContainText('92.4 公里');
  await page.screenshot({ path: 'test-results/shots/without-webgl-tools.png' });
});

test('by arrow keys every county is reached over its neighbours, and each stop is read out', async ({ page }) => {
  await page.goto(`${home()}/?indicator=industrial-va-growth`);
  await expect(page.getByTestId('svg-map')).toBeVisible();
  const button = page.getByRole('button', { name: '读图' });
  await button.focus();
  await page.keyboard.press('Enter');
  const stage = page.getByTestId('travel');
  const readout = page.getByTestId('readout').getByRole('status');
  await expect(stage).toBeFocused();
  await expect(readout).toContainText('相邻');
  const tried = new Map<string, number>();
  const arrows = ['ArrowRight', 'ArrowDown', 'ArrowLeft', 'ArrowUp'] as const;
  const seen = new Set<string>();
  for (let n = 0; n < 120 && seen.size < 9; n += 1) {
    const code = (await stage.getAttribute('data-code')) ?? '';
    seen.add(code);
    const turn = tried.get(code) ?? 0;
    tried.set(code, turn + 1);
    await page.keyboard.press(arrows[turn % 4] ?? 'ArrowUp');
  }
  expect(seen.size, [...seen].join()).toBe(9);
  // Value with unit, rank, trend and neighbours; a rate of a county, so one line.
  await expect(readout).toContainText(/[\d.]+ %，第 \d，共 \d，(较.+[升降] [\d.]+ %|与.+持平|上一期无数可比)/);
  await expect(readout).toContainText(/相邻：.+/);
  await page.keyboard.press('Enter');
  await expect(page.getByTestId('drawer').getByRole('heading', { level: 2 })).toBeVisible();
  await expect(page).toHaveURL(new RegExp(`select=region:${await stage.getAttribute('data-code')}`));
  await page.keyboard.press('Escape');
  await expect(stage).toHaveCount(0);
  await expect(button).toBeFocused();
});
