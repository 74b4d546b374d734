import { readFile } from 'node:fs/promises';
import AxeBuilder from '@axe-core/playwright';
import type { Page } from '@playwright/test';
import { expect, home, test } from './page';

const area = 'box:115.1,33.9,115.8,34.4';

async function show(page: Page, path: string): Promise<void> {
  await page.goto(`${home()}${path}`);
  await expect(page.getByTestId('svg-map')).toBeVisible();
  await page.waitForLoadState('networkidle');
}
const ranked = (page: Page): Promise<string[]> => page.getByTestId('ranking').locator('.name').allTextContents();

test('a box drawn on the map filters ranking, lines, legend and table, and says what is inside', async ({ page }) => {
  await show(page, '/indicators/industrial-va-growth');
  const all = await ranked(page);
  await page.getByRole('button', { name: '框选' }).click();
  const pad = page.getByTestId('overlay');
  await expect(pad).toBeFocused();
  const box = await pad.boundingBox();
  if (!box) throw new Error('nothing to draw on');
  await page.mouse.move(box.x + box.width * 0.2, box.y + box.height * 0.55);
  await page.mouse.down();
  await page.mouse.move(box.x + box.width * 0.5, box.y + box.height * 0.9, { steps: 3 });
  await page.mouse.up();
  await expect(page).toHaveURL(/area=box:/);
  const inside = page.getByTestId('inside');
  await expect(inside.locator('tr[data-code]').first()).toBeVisible();
  const named = await inside.locator('tr[data-code] th').allTextContents();
  const few = await ranked(page);
  expect(few.length).toBeLessThan(all.length);
  expect(few.map((n) => n.trim()).sort()).toEqual(named.map((n) => n.trim()).sort());
  await expect(page.getByTestId('finding')).toContainText(`${few.length} 处中 ${few.length} 处有数`);
  const squares = await page.getByTestId('legend').locator('.boxes b').count();
  expect(squares).toBe(few.length);
  await page.getByRole('button', { name: '数据表' }).click();
  await expect(page.getByTestId('matrix').locator('tbody tr')).toHaveCount(few.length);
  await expect(inside).toBeVisible();
  await inside.getByRole('button', { name: '清除范围' }).click();
  await expect(page).not.toHaveURL(/area=/);
  await expect(page.getByTestId('matrix').locator('tbody tr')).toHaveCount(all.length);
});

test('of zones, whole ones are added up, and the way to projects and tasks keeps the area', async ({ page }) => {
  await show(page, `/indicators/zone-revenue?period=2024&area=${area}`);
  const inside = page.getByTestId('inside');
  await expect(inside.getByTestId('inside-sum')).toContainText('全部在内的 2 处合计');
  await expect(inside.getByTestId('inside-region')).toHaveCount(0);
  const href = (await inside.getByRole('link', { name: /布局图/ }).getAttribute('href')) ?? '';
  expect(href).toContain('indicator=zone-revenue');
  expect(href).toContain(`area=${area}`);
});

test('distance is measured, and Escape takes things back one by one', async ({ page }) => {
  await show(page, `/indicators/industrial-va-growth?area=${area}&measure=distance:115,34,116,34&select=region:411424`);
  await expect(page.getByTestId('measured')).toContainText('92.4 公里');
  await page.keyboard.press('Escape');
  await expect(page).not.toHaveURL(/select=/);
  await expect(page).toHaveURL(/measure=/);
  await page.keyboard.press('Escape');
  await expect(page).not.toHaveURL(/measure=/);
  await expect(page).toHaveURL(/area=/);
  await page.keyboard.press('Escape');
  await expect(page).not.toHaveURL(/area=/);
});

test('the map is read by arrow keys: value, rank, trend and neighbours; Enter selects in all panels', async ({
  page,
}) => {
  await show(page, '/indicators/industrial-va-growth');
  const button = page.getByRole('button', { name: '读图' });
  await button.focus();
  await page.keyboard.press('Enter');
  const stage = page.getByTestId('travel');
  await expect(stage).toBeFocused();
  const readout = page.getByTestId('readout').getByRole('status');
  await expect(readout).toContainText('相邻');
  const first = await stage.getAttribute('data-code');
  for (const key of ['ArrowRight', 'ArrowDown', 'ArrowLeft', 'ArrowUp'] as const) {
    await page.keyboard.press(key);
    if ((await stage.getAttribute('data-code')) !== first) break;
  }
  expect(await stage.getAttribute('data-code')).not.toBe(first);
  await expect(readout).toContainText(/[\d.]+ %，第 \d+，共 \d+，(较.+[升降] [\d.]+ %|与.+持平|上一期无数可比)/);
  await page.keyboard.press('Enter');
  await expect(page).toHaveURL(new RegExp(`select=region:${await stage.getAttribute('data-code')}`));
  await expect(page.getByTestId('ranking').locator('[aria-pressed="true"]')).toHaveCount(1);
  await page.keyboard.press('Escape');
  await expect(stage).toHaveCount(0);
  await expect(button).toBeFocused();
});

test('the map is saved with title, period, legend, scale, north, sources and review number', async ({ page }) => {
  await show(page, `/indicators/zone-revenue?period=2024&area=${area}`);
  await page.getByRole('button', { name: '导出' }).click();
  const [file] = await Promise.all([
    page.waitForEvent('download'),
    page.getByTestId('save').getByRole('button', { name: 'SVG' }).click(),
  ]);
  expect(file.suggestedFilename()).toBe('planatlas-zone-revenue-2024.svg');
  const text = await readFile(await file.path(), 'utf8');
  const words = text.replace(/<[^>]*>/g, '\n');
  for (const part of ['开发区营收', '2024年', '亿元', '示例', '审图号', '行政区划数据', '数据来源', '北', 'km', area])
    expect(words, part).toContain(part);
  expect(text).not.toContain('var(--');
  const [picture] = await Promise.all([
    page.waitForEvent('download'),
    page.getByTestId('save').getByRole('button', { name: 'PNG' }).click(),
  ]);
  const bytes = await readFile(await picture.path());
  expect(bytes.subarray(1, 4).toString()).toBe('PNG');
  expect(bytes.readUInt32BE(16)).toBeGreaterThan(800);
});

for (const [width, lang, theme] of [
  [1280, 'zh', 'light'],
  [390, 'en', 'dark'],
] as const) {
  test(`${width} px, ${lang}, ${theme}: axe finds nothing with an area, a measure and a tool; it fits`, async ({
    page,
  }) => {
    await page.setViewportSize({ width, height: width < 500 ? 844 : 900 });
    const query = `lang=${lang}&theme=${theme}&area=${area}&measure=surface:115.3,34.1,115.7,34.1,115.7,34.5`;
    await show(page, `/indicators/industrial-va-growth?${query}`);
    await expect(page.getByTestId('inside').locator('tr[data-code]').first()).toBeVisible();
    const faults = async () =>
      (await new AxeBuilder({ page }).analyze()).violations.map(
        (v) => `${v.id}: ${v.nodes.map((n) => n.target.join(' ')).join(', ')}`,
      );
    expect(await faults()).toEqual([]);
    const over = () => page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
    expect(await over()).toBeLessThanOrEqual(0);
    await page.screenshot({ path: `test-results/shots/indicator-area-${width}-${lang}-${theme}.png`, fullPage: true });
    await page.getByTestId('tools').locator('[data-kind="polygon"]').click();
    await expect(page.getByTestId('toolbox')).toBeVisible();
    expect(await over()).toBeLessThanOrEqual(0);
    expect(await faults()).toEqual([]);
  });
}
