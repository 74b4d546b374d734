import { expect, home, test } from './page';

test.use({ viewport: { width: 3840, height: 2160 } });

const views = [
  '/ledger',
  '/tasks/42',
  '/zones/zhecheng',
  '/regions/411424',
  '/compare?zones=zhecheng,minquan,yucheng,yongcheng',
  '/indicators',
  '/indicators/zone-revenue',
  '/projects',
  '/industry',
  '/editions',
  '/plan',
  '/data',
];

test('on a sheet of 3840 px every view fills it and is larger to read', async ({ page }) => {
  for (const address of views) {
    await page.goto(`${home()}${address}`);
    await expect(page.locator('main h1')).toBeVisible();
    await page.waitForLoadState('networkidle');
    const seen = await page.evaluate(() => {
      const main = document.getElementById('main') as HTMLElement;
      const size = parseFloat(getComputedStyle(main).fontSize);
      const scale = main.getBoundingClientRect().width / main.offsetWidth;
      return { width: main.getBoundingClientRect().width, size: size * scale };
    });
    expect(seen.width, `${address}: how much of the sheet it takes`).toBeGreaterThan(3600);
    expect(seen.size, `${address}: size of its text`).toBeGreaterThanOrEqual(20);
  }
});

test('the text of the plan keeps its measure there, and its targets stand beside each other', async ({ page }) => {
  await page.goto(`${home()}/plan`);
  await expect(page.getByTestId('plan-text')).toBeVisible();
  const most = await page
    .locator('.words')
    .evaluateAll((list) => Math.max(...list.map((p) => (p as HTMLElement).offsetWidth / 16)));
  expect(most, 'characters in a line').toBeLessThanOrEqual(42);
  const columns = await page
    .locator('.targets')
    .first()
    .evaluate((list) => new Set([...list.children].map((item) => Math.round(item.getBoundingClientRect().left))).size);
  expect(columns).toBe(2);
});

test('an area is drawn where the pointer is, though everything there is larger', async ({ page }) => {
  await page.goto(`${home()}/indicators/zone-revenue`);
  await page.getByRole('button', { name: '框选' }).click();
  const frame = await page.getByTestId('overlay').boundingBox();
  if (!frame) throw new Error('no map');
  const [from, to] = [
    { x: frame.x + frame.width * 0.3, y: frame.y + frame.height * 0.4 },
    { x: frame.x + frame.width * 0.6, y: frame.y + frame.height * 0.7 },
  ] as const;
  await page.mouse.move(from.x, from.y);
  await page.mouse.down();
  await page.mouse.move(to.x, to.y, { steps: 4 });
  await page.mouse.up();
  const shape = await page.getByTestId('area-shape').boundingBox();
  // The line has a width of its own.
  expect(Math.abs((shape?.x ?? 0) - from.x)).toBeLessThan(6);
  expect(Math.abs((shape?.y ?? 0) - from.y)).toBeLessThan(6);
  expect(Math.abs((shape?.x ?? 0) + (shape?.width ?? 0) - to.x)).toBeLessThan(6);
});
