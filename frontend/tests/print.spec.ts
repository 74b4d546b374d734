import { expect, home, test } from './page';

/** The smallest text on paper, in points: what is drawn is as large as its drawing is scaled. */
const smallest = (): [number, string] => {
  let least: [number, string] = [Infinity, ''];
  for (const element of document.querySelectorAll('.sheet *')) {
    const own = [...element.childNodes].some((n) => n.nodeType === Node.TEXT_NODE && n.textContent?.trim());
    if (!own || element.closest('.sr') || !element.checkVisibility({ visibilityProperty: true })) continue;
    const scale = element instanceof SVGTextElement ? (element.getScreenCTM()?.a ?? 1) : 1;
    const size = parseFloat(getComputedStyle(element).fontSize) * scale * 0.75;
    if (size < least[0]) least = [size, element.textContent ?? ''];
  }
  return least;
};

for (const address of ['/zones/zhecheng', '/zones/suixian', '/zones/yongcheng', '/regions/411424']) {
  for (const lang of ['zh', 'en']) {
    test(`${address}, ${lang}: two sheets of A4, no type on them below 8.5 pt`, async ({ page }) => {
      await page.setViewportSize({ width: 700, height: 1000 });
      await page.goto(`${home()}${address}?lang=${lang}`);
      await expect(page.locator('[data-testid="profile"][data-ready="true"]')).toBeVisible();
      await expect(page.getByTestId('qr')).toBeVisible();
      await page.waitForLoadState('networkidle');
      await page.emulateMedia({ media: 'print' });
      const [size, text] = await page.evaluate(smallest);
      expect(size, text).toBeGreaterThanOrEqual(8.5);
      const pdf = (await page.pdf({ preferCSSPageSize: true })).toString('latin1');
      expect((pdf.match(/\/Type\s*\/Page\b/g) ?? []).length, 'sheets').toBeLessThanOrEqual(2);
    });
  }
}
