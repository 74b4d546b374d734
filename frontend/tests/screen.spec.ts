import { join } from 'node:path';
import { allow, expect, home, type Page, test } from './page';
import { folder, planatlas, serve, type Served } from './server';

const sizes = [
  [1920, 1080],
  [3440, 1440],
  [3840, 1080],
  [3840, 2160],
] as const;

/** The published data alone, without the sample: what the city has today. */
let bare: Served;
const own = folder();
test.beforeAll(async () => {
  const database = `sqlite:${join(own.path, 'bare.db')}`;
  planatlas('import', 'geodata/shangqiu', '--database', database);
  bare = await serve(database);
});
test.afterAll(async () => {
  await bare?.stop();
  own.remove();
});
test.beforeEach(() => allow(bare.url));

/** Where each column of a scene ends: 1 is the lower edge of what there is for it. */
const ends = (page: Page): Promise<number[]> =>
  page.locator('main').evaluate((main) => {
    const box = main.getBoundingClientRect();
    const room = box.bottom - parseFloat(getComputedStyle(main).paddingBottom) - box.top;
    const columns = new Map<number, number>();
    for (const section of main.querySelectorAll(':scope > section')) {
      const left = Math.round(section.getBoundingClientRect().left);
      const low = Math.max(...[...section.children].map((child) => child.getBoundingClientRect().bottom - box.top));
      columns.set(left, Math.max(columns.get(left) ?? 0, low / room));
    }
    return [...columns.values()];
  });

for (const [name, origin] of [
  ['published data alone', () => bare.url],
  ['with the sample', home],
] as const) {
  for (const lang of ['zh', 'en']) {
    test(`${name}, ${lang}: no scene runs over its edge, and none is half empty`, async ({ page }) => {
      for (const [width, height] of sizes) {
        await page.setViewportSize({ width, height });
        for (const scene of [1, 2, 3, 4, 5]) {
          await page.goto(`${origin()}/screen?hold=1&scene=${scene}&lang=${lang}`);
          await expect(page.getByTestId('stamp')).toBeVisible();
          await page.waitForLoadState('networkidle');
          const told = await ends(page);
          const where = `scene ${scene} at ${width} × ${height}`;
          for (const end of told) expect(end, `${where}: runs over`).toBeLessThanOrEqual(1.001);
          if (scene === 2 || scene === 4)
            expect(Math.min(...told), `${where}: half empty`).toBeGreaterThan(width / height > 2.2 ? 0.45 : 0.7);
        }
      }
    });
  }
}

test('without figures the screen says who owes them, and what is not known of the chains', async ({ page }) => {
  await page.goto(`${bare.url}/screen?hold=1&scene=2`);
  await expect(page.getByTestId('owing')).toContainText('市工业和信息化局');
  await expect(page.getByTestId('owing')).toContainText('29 项');
  await page.goto(`${bare.url}/screen?hold=1&scene=4`);
  await expect(page.getByTestId('owed')).toContainText('12 个环节的强弱');
  await expect(page.getByTestId('owed')).toContainText('任务 26');
});
