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
