import AxeBuilder from '@axe-core/playwright';
import { expect, home, test } from './page';

const views = [
  '/',
  '/indicators',
  '/ledger',
  '/tasks/10',
  '/zones',
  '/projects',
  '/industry',
  '/plan',
  '/editions',
  '/data',
];

test.describe('without JavaScript', () => {
  test.use({ javaScriptEnabled: false });

  for (const lang of ['zh', 'en'] as const) {
    test(`${lang}: every view says what it is about, at 320 px too`, async ({ page }) => {
      await page.setViewportSize({ width: 320, height: 720 });
      for (const path of views) {
        await page.goto(`${home()}${path}?lang=${lang}`);
        await expect(page.locator('.served h1'), path).toHaveCount(1);
        await expect(page.locator('html'), path).toHaveAttribute('lang', lang === 'en' ? 'en' : 'zh-CN');
        const wide = await page.evaluate(() => document.documentElement.scrollWidth);
        expect(wide, `${path} does not scroll sideways`).toBeLessThanOrEqual(320);
      }
    });
  }

  test('the map stands there with its table, and links lead on', async ({ page }) => {
    await page.goto(`${home()}/`);
    await expect(page.locator('.served-map path')).not.toHaveCount(0);
    await page.locator('.served-table a').first().click();
    await expect(page).toHaveURL(/\/regions\/|\/zones\//);
    await expect(page.locator('.served-table')).not.toHaveCount(0);
  });
});

test('the page takes the place of what was served', async ({ page }) => {
  await page.goto(`${home()}/ledger`);
  await expect(page.locator('.frame main h1').first()).toBeVisible();
  await expect(page.locator('.served')).toHaveCount(0);
});

for (const theme of ['light', 'dark'] as const) {
  test(`${theme}: axe has nothing against what is served`, async ({ page }) => {
    // The program is kept away, as it is while the page loads.
    await page.route('**/assets/*.js', (route) => route.fulfill({ contentType: 'text/javascript', body: '' }));
    for (const path of ['/', '/ledger', '/tasks/10']) {
      await page.goto(`${home()}${path}?theme=${theme}`);
      const found = await new AxeBuilder({ page }).include('.served').analyze();
      expect(found.violations.map((one) => [path, one.id, one.nodes[0]?.html])).toEqual([]);
    }
  });
}
