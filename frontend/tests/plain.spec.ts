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
