import { expect, gl, idle, long, open, test } from './page';

const widths = [
  [390, 844],
  [768, 1024],
  [1280, 800],
  [1440, 900],
] as const;

for (const [width, height] of widths) {
  for (const lang of ['zh', 'en']) {
    for (const theme of ['light', 'dark']) {
      // Narrow in Chinese and light, wide in English and dark, unless the long run is asked for.
      const chosen =
        (width === 390 && lang === 'zh' && theme === 'light') || (width === 1280 && lang === 'en' && theme === 'dark');
      if (!long && !chosen) continue;
      test(`${width} px, ${lang}, ${theme}: fits and is saved as a picture`, gl, async ({ page }) => {
        await page.setViewportSize({ width, height });
        for (const [name, search] of [
          ['map', ''],
          ['drawer', '&select=region:411424'],
          ['table', '&view=table'],
        ] as const) {
          if (name === 'table') await page.goto(`${process.env.PLANATLAS_URL}/?lang=${lang}&theme=${theme}${search}`);
          else await open(page, `?lang=${lang}&theme=${theme}${search}`);
          await page.waitForLoadState('networkidle');
          if (name !== 'table') await idle(page);
          const over = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
          expect(over, `${name} scrolls sideways`).toBeLessThanOrEqual(0);
          await page.screenshot({ path: `test-results/shots/${name}-${width}-${lang}-${theme}.png` });
        }
      });
    }
  }
}

test('on a phone everything to touch is 44 px high', async ({ page }) => {
  await page.setViewportSize({ width: 390, height: 844 });
  await open(page, '?select=region:411424');
  const low = await page.evaluate(() =>
    [...document.querySelectorAll<HTMLElement>('header button, .head button, .tabs a, .drawer .close, .drawer .row')]
      .filter((b) => b.offsetParent !== null && b.getBoundingClientRect().height < 43.5)
      .map((b) => b.textContent),
  );
  expect(low).toEqual([]);
});

test('on a phone the list leads to the drawer, and its tab back to the map', async ({ page }) => {
  await page.setViewportSize({ width: 390, height: 844 });
  await open(page);
  await page.getByRole('link', { name: '列表' }).click();
  await page
    .getByTestId('list')
    .getByRole('button', { name: /柘城县/ })
    .last()
    .click();
  await expect(page.getByTestId('drawer').getByRole('heading', { level: 2 })).toContainText('柘城');
  await page.getByRole('link', { name: '地图' }).click();
  await idle(page);
});

for (const [name, search] of [
  ['alone', ''],
  ['above a sheet', '?select=region:411424'],
] as const) {
  test(`on the smallest phone the plain map ${name} is wide, and nothing lies on it`, async ({ page }) => {
    await page.setViewportSize({ width: 320, height: 640 });
    await open(page, search);
    const shape = await page.locator('.plain-map .halo').boundingBox();
    expect(shape?.width ?? 0).toBeGreaterThan(250);
    const low = (shape?.y ?? 0) + (shape?.height ?? 0);
    const tools = await page.getByTestId('tools').boundingBox();
    if (tools) expect(shape?.y ?? 0).toBeGreaterThan(tools.y + tools.height - 12);
    const foot = await page.getByTestId('badge').boundingBox();
    expect(low, 'the words below the map').toBeLessThan((foot?.y ?? 0) + 10);
  });
}
