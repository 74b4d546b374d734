import { moved } from '../src/data/decimals';
import { expect, home, idle, open, test } from './page';

test('switches to English and back, and says which language each run is in', async ({ page }) => {
  await open(page, '?select=region:411424');
  await page.getByRole('button', { name: 'EN', exact: true }).click();
  await expect(page.locator('html')).toHaveAttribute('lang', 'en');
  await expect(page).toHaveURL(/lang=en/);
  const heading = page.getByTestId('drawer').getByRole('heading', { level: 2 });
  await expect(heading.locator('[lang="en"]')).toContainText('Zhecheng');
  await expect(heading.locator('[lang="zh-CN"]')).toContainText('柘城县');
  await expect(page.getByTestId('tasks')).toContainText('Tasks that touch it');
  await idle(page);
  await page.getByRole('button', { name: '中', exact: true }).click();
  await expect(page.locator('html')).toHaveAttribute('lang', 'zh-CN');
  await expect(page.getByTestId('tasks')).toContainText('涉及的任务');
});

test('in English names of bureaus have room, and quotation marks are narrow whatever the face', async ({ page }) => {
  await page.setViewportSize({ width: 1280, height: 800 });
  await page.goto(`${home()}/ledger?lang=en`);
  const lead = page.locator('td.lead').first();
  await expect(lead).toContainText('Municipal Bureau of Industry and Information Technology');
  expect((await lead.boundingBox())?.width).toBeGreaterThan(160);
  for (const width of [1180, 1264, 1280]) {
    await page.setViewportSize({ width, height: 800 });
    expect(await page.evaluate(() => document.documentElement.scrollWidth), 'no sideways scrolling').toBe(width);
  }

  await page.goto(`${home()}/zones/zhecheng?lang=en`);
  const said = page.getByText('part of “Three groups”');
  await expect(said).toHaveCSS('font-variant-east-asian', 'proportional-width');
});

test('moving a decimal point loses no digit and makes up none', () => {
  for (const [text, places, to] of [
    ['62.6', -1, '6.26'],
    ['284.20', -1, '28.420'],
    ['1400', -1, '140'],
    ['1405', -2, '14.05'],
    ['0.5', -1, '0.05'],
    ['0', -1, '0'],
    ['-12', -1, '-1.2'],
    ['1.31', 4, '13100'],
    ['2.155', 2, '215.5'],
    ['7.0', 0, '7.0'],
  ] as const)
    expect(moved(text, places), `${text} by ${places}`).toBe(to);
});

test('English reads billions where Chinese reads 亿, with the same digits, on the page and in what is served', async ({
  page,
}) => {
  for (const [lang, zone, ranking, asked] of [
    ['zh', '62.6 亿元', '681.2', '500 亿元'],
    ['en', 'CNY 6.26 bn', '68.12', 'CNY 50 bn'],
  ] as const) {
    await page.goto(`${home()}/zones/zhecheng?lang=${lang}`);
    await expect(page.getByTestId('profile')).toContainText(zone);
    await page.goto(`${home()}/indicators/zone-revenue?lang=${lang}`);
    await expect(page.getByTestId('ranking')).toContainText(ranking);
    await expect(page.getByRole('heading', { name: /2024/ }).first()).toContainText(lang === 'en' ? 'CNY bn' : '亿元');
    await expect(page.getByTestId('legend')).toContainText(lang === 'en' ? 'CNY 50 bn' : '500 亿元');
    await page.goto(`${home()}/tasks/42?lang=${lang}`);
    await expect(page.getByTestId('threshold')).toContainText(asked);
    // What is counted in 万 is counted out.
    await page.goto(`${home()}/regions/411424?lang=${lang}`);
    await expect(page.getByTestId('profile')).toContainText(lang === 'en' ? '770,800 persons' : '77.08 万人');
  }
  const served = await (await page.request.get(`${home()}/zones/zhecheng?lang=en`)).text();
  expect(served).toContain('CNY 6.26 bn');
  const units = await (await page.request.get(`${home()}/indicators?lang=en`)).text();
  expect(units).toContain('CNY bn');
  for (const html of [served, units]) expect(html).not.toMatch(/100M|10k/);
});
