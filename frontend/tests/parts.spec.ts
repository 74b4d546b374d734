import AxeBuilder from '@axe-core/playwright';
import { expect, home, test } from './page';

test('all parts are seen in both themes, whatever the page itself is in', async ({ page }) => {
  await page.goto(`${home()}/parts?theme=dark`);
  const halves = page.getByTestId('half');
  await expect(halves).toHaveCount(2);
  const paper = (k: number) => halves.nth(k).evaluate((half) => getComputedStyle(half).backgroundColor);
  expect([await paper(0), await paper(1)]).toEqual(['rgb(251, 250, 246)', 'rgb(18, 25, 31)']);
  for (const k of [0, 1]) {
    await expect(halves.nth(k).getByText('滞后')).toBeVisible();
    await expect(halves.nth(k).getByRole('alert')).toContainText('BUSY');
    await expect(halves.nth(k).getByRole('status')).toContainText('正在读取');
  }
});

test('every token of the style sheet stands on the page of parts', async ({ page }) => {
  await page.goto(`${home()}/parts`);
  await expect(page.getByTestId('half').first()).toBeVisible();
  const missing = await page.evaluate(() => {
    const tokens = [...document.styleSheets]
      .flatMap((sheet) => [...sheet.cssRules])
      .filter((rule): rule is CSSStyleRule => rule instanceof CSSStyleRule && rule.selectorText.includes(':root'))
      .flatMap((rule) => [...rule.style])
      .filter((name) => /^--(?!song|serif|hei|latin|bar|lightningcss)/.test(name));
    const shown = new Set([...document.querySelectorAll('.colours code')].map((code) => `--${code.textContent}`));
    return [...new Set(tokens)].filter((token) => !shown.has(token));
  });
  expect(missing).toEqual([]);
});

for (const lang of ['zh', 'en']) {
  test(`parts, ${lang}: axe finds nothing, and it fits`, async ({ page }) => {
    for (const width of lang === 'zh' ? [390, 1280] : [320, 768]) {
      await page.setViewportSize({ width, height: 844 });
      await page.goto(`${home()}/parts?lang=${lang}`);
      await expect(page.getByTestId('half').first()).toBeVisible();
      await page.waitForLoadState('networkidle');
      const over = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
      expect(over, `${width} px: scrolls sideways`).toBeLessThanOrEqual(0);
      await page.screenshot({ path: `test-results/shots/parts-${width}-${lang}.png`, fullPage: true });
    }
    const { violations } = await new AxeBuilder({ page }).analyze();
    expect(violations.map((v) => `${v.id}: ${v.nodes.map((n) => n.target.join(' ')).join(', ')}`)).toEqual([]);
  });
}
