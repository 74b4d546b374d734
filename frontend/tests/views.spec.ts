import AxeBuilder from '@axe-core/playwright';
import type { Page } from '@playwright/test';
import { expect, home, long, other, test } from './page';

/** Each view by an address that shows it filled, and something that stands there once it is. */
const views = [
  ['zone', '/zones/zhecheng', 'profile'],
  ['region', '/regions/411424', 'profile'],
  ['zones', '/zones', 'zones'],
  ['indicator', '/indicators/industrial-va-growth?select=region:411424', 'ranking'],
  ['indicators', '/indicators', 'group-places'],
  ['compare', '/compare?zones=zhecheng,minquan,yucheng', 'row'],
  ['industry', '/industry', 'one-chain'],
  ['data', '/data', 'documents'],
  ['screen', '/screen?hold=1', 'stamp'],
] as const;

async function show(page: Page, address: string, mark: string, search = '', origin = home()): Promise<void> {
  await page.goto(`${origin}${address}${search && (address.includes('?') ? '&' : '?') + search}`);
  await expect(page.getByTestId(mark).first()).toBeVisible();
  await page.waitForLoadState('networkidle');
}

const looks = ['zh', 'en'].flatMap((lang) => ['light', 'dark'].map((theme) => ({ lang, theme })));

for (const [name, address, mark] of views) {
  test(`${name}: axe finds nothing, and it fits`, async ({ page }) => {
    // Some two dozen pages in the long run.
    if (long) test.setTimeout(600_000);
    // Wide in Chinese and light, narrow in English and dark; every combination and width in the long run.
    for (const { lang, theme } of looks.filter((_, k) => long || k === 0 || k === 3)) {
      const every = [320, 390, 768, 1280, 1920, ...(name === 'screen' ? [3840] : [])];
      for (const width of long ? every : [lang === 'zh' ? 1280 : 390]) {
        await page.setViewportSize({ width, height: width < 500 ? 844 : Math.round((width * 9) / 16) });
        await show(page, address, mark, `lang=${lang}&theme=${theme}`);
        const over = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
        expect(over, `${width} px, ${lang}: scrolls sideways`).toBeLessThanOrEqual(0);
        await page.screenshot({ path: `test-results/shots/${name}-${width}-${lang}-${theme}.png`, fullPage: true });
      }
      const { violations } = await new AxeBuilder({ page }).analyze();
      expect(violations.map((v) => `${v.id}: ${v.nodes.map((n) => n.target.join(' ')).join(', ')}`)).toEqual([]);
    }
  });
}

test('a zone profile says what is known, where it ranks, and what is missing', async ({ page }) => {
  await show(page, '/zones/zhecheng', 'profile');
  const figures = page.getByTestId('figures');
  await expect(figures.getByRole('row').filter({ hasText: '开发区营收' }).last()).toContainText(/第 \d+ \/ 10/);
  await expect(figures.locator('svg[role="img"]').first()).toHaveAttribute('aria-label', /中位数/);
  await expect(page.getByTestId('completeness')).toContainText('%');
  await expect(page.getByText('暂缺').first()).toBeVisible();
  await expect(page.getByTestId('qr')).toBeVisible();
  await expect(page.getByTestId('colophon')).toContainText(/[0-9a-f]{64}/);
  // The belt is hatched on the small map too.
  const fill = await page
    .locator('path.tint-belt')
    .first()
    .evaluate((path) => getComputedStyle(path).fill);
  expect(fill).toMatch(/^url\(.*belt/);
});

test('one click prints the profile in either language, on A4, with its sources and code', async ({ page }) => {
  // The dialog belongs to the browser: what matters is what stands on the page at that moment.
  await page.addInitScript(() => {
    const seen: string[] = [];
    Object.assign(window, { seen, print: () => seen.push(`${document.documentElement.lang} ${document.title}`) });
  });
  await show(page, '/zones/zhecheng', 'profile', 'theme=dark');
  await page.getByTestId('print-en').click();
  const seen = () => page.evaluate(() => (window as unknown as { seen: string[] }).seen);
  await expect.poll(seen).toHaveLength(1);
  expect((await seen())[0]).toMatch(/^en .*Zhecheng/);
  await expect(page.locator('html')).toHaveAttribute('lang', 'zh-CN');
  await page.emulateMedia({ media: 'print' });
  await expect(page.getByRole('banner')).toBeHidden();
  await expect(page.getByTestId('print-zh')).toBeHidden();
  await expect(page.getByTestId('qr')).toBeVisible();
  const paper = await page.evaluate(() => getComputedStyle(document.documentElement).getPropertyValue('--ink').trim());
  expect(paper, 'printed from the dark page in dark ink').toBe('#16222b');
  const pdf = await page.pdf({ preferCSSPageSize: true });
  const text = pdf.toString('latin1');
  const pages = (text.match(/\/Type\s*\/Page\b/g) ?? []).length;
  expect(pages).toBeGreaterThan(0);
  expect(pages).toBeLessThanOrEqual(3);
  expect(text, 'A4').toMatch(/\/MediaBox\s*\[\s*0 0 (594|595)\S* 84[12]/);
});

for (const [lang, asked, name, print] of [
  ['zh', 'zcgx', '柘城高新技术产业开发区', 'print-zh'],
  ['en', 'zhecheng', 'Zhecheng High-tech Industrial Development Zone', 'print-en'],
] as const) {
  test(`${lang}: by keyboard alone, from the search to the printed profile`, async ({ page }) => {
    await page.addInitScript(() =>
      Object.assign(window, { print: () => document.body.setAttribute('data-printed', document.documentElement.lang) }),
    );
    await show(page, '/zones', 'zones', `lang=${lang}`);
    await page.keyboard.press('/');
    const dialog = page.getByRole('dialog');
    await expect(dialog.getByRole('combobox')).toBeFocused();
    await page.keyboard.type(asked);
    await expect(dialog.getByRole('option').filter({ hasText: name }).first()).toBeVisible();
    const options = dialog.getByRole('option');
    for (let n = 0; n < 12; n += 1) {
      const now = await options.and(dialog.locator('[aria-selected="true"]')).textContent();
      if (now?.includes(name)) break;
      await page.keyboard.press('ArrowDown');
    }
    await page.keyboard.press('Enter');
    await expect(page.getByTestId('profile')).toContainText(name);
    await expect(page.locator('#main')).toBeFocused();
    const button = page.getByTestId(print);
    for (let n = 0; n < 20 && !(await button.evaluate((b) => b === document.activeElement)); n += 1)
      await page.keyboard.press('Tab');
    await expect(button).toBeFocused();
    await page.keyboard.press('Enter');
    await expect(page.locator('body')).toHaveAttribute('data-printed', lang === 'en' ? 'en' : 'zh-CN');
  });
}

test('map, ranking and lines share one selection, and classes stand still', async ({ page }) => {
  await show(page, '/indicators/industrial-va-growth', 'ranking');
  await page
    .getByTestId('ranking')
    .getByRole('button', { name: /永城市/ })
    .click();
  await expect(page).toHaveURL(/select=region:411481/);
  await expect(page.getByTestId('lines').locator('.line.on')).toHaveCount(1);
  await expect(page.getByTestId('svg-map').locator('path.chosen')).toHaveCount(1);
  const legend = page.getByTestId('legend').locator('.text');
  const before = await legend.allTextContents();
  const first = page.url();
  await page.keyboard.press('[');
  await expect(page).not.toHaveURL(first);
  expect(await legend.allTextContents()).toEqual(before);
  await page
    .getByTestId('svg-map')
    .getByRole('button', { name: /柘城县/ })
    .focus();
  await page.keyboard.press('Enter');
  await expect(page.getByTestId('ranking').locator('[aria-pressed="true"]')).toContainText('柘城县');
});

test('an indicator without a figure says who owes it', async ({ page }) => {
  await page.goto(`${home()}/indicators`);
  const empty = page.getByTestId('group-empty');
  await empty.getByRole('link').first().click();
  await expect(page.getByTestId('nothing')).toContainText('还没有任何数字');
});

test('compared places share one period, and differ in words', async ({ page }) => {
  await show(page, '/compare?zones=zhecheng,minquan', 'row');
  const row = page.getByTestId('row').filter({ hasText: '开发区营收' });
  await expect(row.locator('.words')).toContainText(/高 \d+%|倍/);
  await page.getByTestId('add').selectOption('yucheng');
  await expect(page).toHaveURL(/zones=zhecheng,minquan,yucheng/);
  const periods = page.getByTestId('period');
  const second = await periods.locator('option').nth(1).getAttribute('value');
  await periods.selectOption(second);
  await expect(page).toHaveURL(new RegExp(`period=${second}`));
  await page.getByRole('button', { name: /去掉民权/ }).click();
  await expect(page).toHaveURL(/zones=zhecheng,yucheng/);
});

test('a stage of a chain is chosen, and the graph draws the same twice', async ({ page }) => {
  await show(page, '/industry?chain=sq-superhard-materials', 'graph');
  const graph = page.getByTestId('graph');
  const drawn = () => graph.evaluate((svg) => svg.innerHTML.replace(/svelte-\w+|<!--.*?-->/g, ''));
  const once = await drawn();
  await page.reload();
  await expect(graph).toBeVisible();
  await page.waitForLoadState('networkidle');
  expect(await drawn()).toBe(once);
  await graph.getByRole('button').nth(1).focus();
  await page.keyboard.press('Enter');
  await expect(page).toHaveURL(/stage=/);
});

test('an example question runs, and GraphiQL answers under its own policy', async ({ page }) => {
  await show(page, '/data', 'documents');
  const example = page.getByTestId('examples').getByRole('listitem').nth(4);
  await example.getByRole('button', { name: /运行/ }).click();
  await expect(example.locator('.answer')).toContainText('"zones"');
  await example.getByRole('link', { name: /GraphiQL/ }).click();
  await expect(page).toHaveURL(/graphiql\.html/);
  // GraphiQL's button is there before its editors are, and does nothing until then.
  await expect(page.locator('.graphiql-query-editor')).toContainText('zones');
  await expect(page.getByRole('region', { name: 'Result Window' }).getByRole('textbox')).toBeAttached();
  await page.getByRole('button', { name: /Execute query/ }).click();
  await expect(page.locator('.graphiql-response')).toContainText('zones');
});

test('the big screen turns its scenes by remote control, and stands still when held', async ({ page }) => {
  await page.setViewportSize({ width: 1920, height: 1080 });
  await show(page, '/screen?hold=1', 'stamp');
  const scene = page.locator('main');
  for (const [key, number] of [
    ['PageDown', '2'],
    ['ArrowRight', '3'],
    ['5', '5'],
    ['ArrowRight', '1'],
    ['PageUp', '5'],
  ] as const) {
    await page.keyboard.press(key);
    await expect(scene).toHaveAttribute('data-scene', number);
  }
  for (const [width, height] of [
    [1920, 1080],
    [3840, 1080],
    [3840, 2160],
  ] as const) {
    await page.setViewportSize({ width, height });
    for (const k of ['1', '2', '3', '4', '5']) {
      await page.keyboard.press(k);
      await expect(scene).toHaveAttribute('data-scene', k);
      if (k > '3') await expect(scene.locator('.late li').first()).toBeVisible();
      const cut = await scene.evaluate((m) =>
        [...m.querySelectorAll('section')].filter((s) => s.scrollHeight > m.clientHeight + 1).map((s) => s.className),
      );
      expect(cut, `scene ${k} at ${width} × ${height}`).toEqual([]);
    }
  }
  await page.keyboard.press('0');
  await expect(page).toHaveURL(/\/(\?|$)/);
});

test('on a phone the big screen is read from top to bottom, and nothing lies on anything', async ({ page }) => {
  await page.setViewportSize({ width: 390, height: 844 });
  for (const k of [1, 2, 3, 4, 5]) {
    await show(page, `/screen?hold=1&scene=${k}`, 'stamp');
    const edges = await page.getByTestId('screen').evaluate((screen) =>
      ['header', 'main > :last-child', 'footer'].map((part) => {
        const box = screen.querySelector(`:scope > ${part}`)?.getBoundingClientRect();
        return [box?.top ?? 0, box?.bottom ?? 0] as const;
      }),
    );
    expect(edges[1]?.[0], `scene ${k}`).toBeGreaterThanOrEqual(edges[0]?.[1] ?? 0);
    expect(edges[2]?.[0], `scene ${k}`).toBeGreaterThanOrEqual(edges[1]?.[1] ?? 0);
  }
});

test('another plan, with other places and codes, fills the same views', async ({ page }) => {
  await page.goto(`${other()}/zones`);
  await expect(page.getByTestId('zones')).toBeVisible();
  await page.goto(`${other()}/industry`);
  await expect(page.getByTestId('chains')).toBeVisible();
  await page.goto(`${other()}/screen?hold=1`);
  await expect(page.getByTestId('stamp')).toBeVisible();
});

test('what does not exist says so, and leads on', async ({ page }) => {
  await page.goto(`${home()}/zones/none`);
  await expect(page.getByRole('heading', { level: 1 })).toContainText('没有这个开发区');
  await page.goto(`${home()}/regions/none`);
  await expect(page.getByRole('heading', { level: 1 })).toContainText('没有这个县区');
  await page.goto(`${home()}/indicators/none`);
  await expect(page.getByRole('heading', { level: 1 })).toContainText('没有这个指标');
});
