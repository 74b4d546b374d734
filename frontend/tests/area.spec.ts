import AxeBuilder from '@axe-core/playwright';
import type { Page } from '@playwright/test';
import { expect, gl, home, idle, long, open, shownProjects, test } from './page';

type Framed = HTMLElement & { map: { project: (at: [number, number]) => { x: number; y: number } } };

const box = '115.1,33.9,115.8,34.4';
const [west, south, east, north] = [115.1, 33.9, 115.8, 34.4] as const;
const ring = [
  [west, south],
  [east, south],
  [east, north],
  [west, north],
  [west, south],
];

/** Where a place of the earth is on the screen. */
const at = (page: Page, lon: number, lat: number): Promise<{ x: number; y: number }> =>
  page.getByTestId('map').evaluate(
    (frame, place) => {
      const p = (frame as Framed).map.project(place);
      const edge = frame.getBoundingClientRect();
      return { x: edge.left + p.x, y: edge.top + p.y };
    },
    [lon, lat] as [number, number],
  );

async function ask<T>(query: string, variables: object): Promise<T> {
  const answer = await fetch(`${home()}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query, variables }),
  });
  const { data, errors } = (await answer.json()) as { data: T; errors?: unknown };
  expect(errors, 'the server answers').toBeUndefined();
  return data;
}
const area = { type: 'Polygon', coordinates: [ring] };

test('a box drawn by hand says what is inside, and every panel is about it', gl, async ({ page }) => {
  await open(page);
  const total = await shownProjects(page);
  await page.getByRole('button', { name: '框选' }).click();
  await expect(page.getByTestId('toolbox')).toBeVisible();
  const [a, b] = [await at(page, west, north), await at(page, east, south)];
  await page.mouse.move(a.x, a.y);
  await page.mouse.down();
  await page.mouse.move((a.x + b.x) / 2, (a.y + b.y) / 2);
  await page.mouse.move(b.x, b.y);
  await page.mouse.up();
  await expect(page).toHaveURL(/area=box:115\.\d{1,4},33\.\d{1,4},115\.\d{1,4},34\.\d{1,4}(&|$)/);
  const panel = page.getByTestId('inside');
  await expect(panel.getByRole('heading', { level: 2 })).toContainText('3 个开发区');
  await expect(page.getByTestId('toolbox')).toHaveCount(0);
  await expect(page.getByTestId('area-shape')).toHaveCount(1);
  await idle(page);
  await expect.poll(() => shownProjects(page)).toBeLessThan(total);
  const inside = await shownProjects(page);
  expect(inside).toBeGreaterThan(0);
  await expect(
    page
      .getByTestId('timeline')
      .getByRole('button', { name: /2024年/ })
      .first(),
  ).toContainText('/ 3');
  await page.keyboard.press('Escape');
  await expect(page).not.toHaveURL(/area=/);
  await expect(panel).toHaveCount(0);
  await page.goBack();
  await expect(panel.getByRole('heading', { level: 2 })).toContainText('3 个开发区');
});

test('shares, figures, sums, projects and tasks are those of the server', async ({ page }) => {
  await open(page, `?area=box:${box}&indicator=zone-revenue&period=2024`);
  const panel = page.getByTestId('inside');
  const rows = panel.locator('tr[data-code]');
  await expect(rows.first()).toBeVisible();
  const said = await rows.evaluateAll((list) =>
    list.map((row) => ({
      code: (row as HTMLElement).dataset['code'] ?? '',
      share: row.querySelector('.share')?.textContent ?? '',
    })),
  );
  interface Places {
    regions: { nodes: { code: string }[] };
    zones: { nodes: { code: string }[] };
  }
  const query = `query ($area: GeoJSON!, $least: Float!) {
    regions(first: 99, filter: { space: { intersects: { geojson: $area }, minOverlap: $least } }) { nodes { code } }
    zones(first: 99, filter: { space: { intersects: { geojson: $area }, minOverlap: $least } }) { nodes { code } }
  }`;
  const codes = async (least: number) => {
    const { regions, zones } = await ask<Places>(query, { area, least });
    return [...regions.nodes, ...zones.nodes].map((p) => p.code).filter((code) => code !== '411400');
  };
  expect(said.map((s) => s.code).sort()).toEqual((await codes(0.01)).sort());
  expect(said.length).toBeGreaterThan(6);
  // The server measures the same shares: each place is in its answer just below its share, and no longer just above.
  for (const { code, share } of said) {
    if (share === '全部在内') {
      expect(await codes(0.999), code).toContain(code);
      continue;
    }
    const part = Number(share.replace('%', '')) / 100;
    expect(part, code).toBeGreaterThan(0);
    expect(await codes(part - 0.0006), `${code} below ${share}`).toContain(code);
    expect(await codes(part + 0.0006), `${code} above ${share}`).not.toContain(code);
  }
  const whole = await ask<{
    observations: { rows: { period: { code: string }; quantity: { value: string }; contributors: number }[] };
    projects: { totalCount: number };
  }>(
    `query ($area: GeoJSON!) {
      observations(filter: { indicators: ["zone-revenue"], kinds: [ZONE], space: { within: { geojson: $area } },
        periods: { from: "2024", to: "2024" } }, groupBy: [PERIOD], fn: SUM) {
        rows { period { code } quantity { value } contributors }
      }
      projects(first: 1, filter: { space: { intersects: { geojson: $area } } }) { totalCount }
    }`,
    { area },
  );
  const sum = whole.observations.rows.find((r) => r.period.code === '2024');
  expect(sum?.contributors).toBe(2);
  await expect(panel.getByTestId('inside-sum')).toContainText(`全部在内的 2 处合计`);
  await expect(panel.getByTestId('inside-sum')).toContainText(sum?.quantity.value ?? 'no sum');
  await expect(panel.getByRole('heading', { level: 2 })).toContainText(`${whole.projects.totalCount} 个项目`);
  await expect(panel.getByTestId('stages')).toContainText(String(whole.projects.totalCount));
  await expect(panel.getByTestId('tasks').locator('.row').first()).toBeVisible();
});

test('the table lists only what is inside, and a place opens and comes back', async ({ page }) => {
  await open(page, `?area=box:${box}`);
  const panel = page.getByTestId('inside');
  await panel.getByRole('button', { name: '柘城县' }).click();
  await expect(page.getByTestId('drawer').getByRole('heading', { level: 2 })).toContainText('柘城县');
  await page.keyboard.press('Escape');
  await expect(panel).toBeVisible();
  await expect(page).toHaveURL(/area=box/);
  await page.getByRole('button', { name: '表格' }).click();
  const table = page.getByTestId('table');
  await expect(table.getByRole('button', { name: '柘城县' })).toHaveCount(1);
  await expect(table.getByRole('button', { name: '永城市' })).toHaveCount(0);
});

test('a polygon drawn by hand; one that crosses itself is refused in words', gl, async ({ page }) => {
  await open(page);
  await page.getByRole('button', { name: '圈选' }).click();
  await expect(page.getByTestId('toolbox')).toBeVisible();
  for (const [lon, lat] of [
    [115.0, 33.95],
    [115.6, 34.3],
    [115.6, 33.95],
  ] as const) {
    const p = await at(page, lon, lat);
    await page.mouse.click(p.x, p.y);
  }
  const bow = await at(page, 115.0, 34.3);
  await page.mouse.dblclick(bow.x, bow.y);
  await expect(page.getByTestId('toolbox').getByRole('alert')).toContainText('自相交');
  await page.getByRole('button', { name: '撤点' }).click();
  await page.getByRole('button', { name: '完成' }).click();
  await expect(page).toHaveURL(/area=polygon:/);
  await expect(page.getByTestId('inside').getByRole('heading', { level: 2 })).toContainText('县');
});

test('by keys alone: arrows and Enter draw, Escape ends, and coordinates can be typed', async ({ page }) => {
  await open(page);
  const tool = page.getByRole('button', { name: '框选' });
  await tool.focus();
  await page.keyboard.press('Enter');
  await expect(page.getByTestId('overlay')).toBeFocused();
  await page.keyboard.press('Escape');
  await expect(tool).toBeFocused();
  await expect(page.getByTestId('toolbox')).toHaveCount(0);
  await page.keyboard.press('Enter');
  await expect(page.getByTestId('overlay')).toBeFocused();
  await page.keyboard.press('Enter');
  for (let i = 0; i < 4; i += 1) await page.keyboard.press('Shift+ArrowLeft');
  for (let i = 0; i < 4; i += 1) await page.keyboard.press('Shift+ArrowDown');
  await expect(page.getByTestId('running')).toContainText('已定 1 点');
  await page.keyboard.press('Enter');
  await expect(page).toHaveURL(/area=box:/);
  await expect(page.getByTestId('inside').getByRole('heading', { level: 2 })).toBeVisible();
  await tool.focus();
  await page.keyboard.press('Enter');
  await page.getByText('键盘与坐标').click();
  const field = page.getByLabel('坐标');
  await field.fill('north of here');
  await page.keyboard.press('Enter');
  await expect(page.getByTestId('toolbox').getByRole('alert')).toContainText('没有读懂');
  await field.fill('115.8，34.4；115.1，33.9');
  await page.keyboard.press('Enter');
  await expect(page).toHaveURL(new RegExp(`area=box:${box}`));
});

test('a link with a shape that says nothing tells so; one with too many points is not read', async ({ page }) => {
  await open(page, '?area=box:1,2,3');
  await expect(page.getByText('没有读懂，已略去')).toBeVisible();
  const many = Array.from({ length: 61 }, (_, i) => `${115 + Math.cos(i / 9.8)},${34 + Math.sin(i / 9.8)}`).join(',');
  await open(page, `?area=polygon:${many}`);
  await expect(page.getByText('没有读懂，已略去')).toBeVisible();
  await expect(page.getByTestId('inside')).toHaveCount(0);
});

test('an area with nothing in it says so', async ({ page }) => {
  await open(page, '?lang=en&area=box:117.2,35.2,117.3,35.3');
  await expect(page.getByTestId('inside')).toContainText('No place on record lies in this area.');
});

/** Metres along the meridian between two latitudes, by summing tiny steps of the ellipsoid's own formula. */
function meridian(from: number, to: number): number {
  const [a, f] = [6378137, 1 / 298.257223563];
  const e2 = f * (2 - f);
  const n = 20_000;
  const step = ((to - from) * Math.PI) / 180 / n;
  let sum = 0;
  for (let i = 0; i < n; i += 1) {
    const lat = (from * Math.PI) / 180 + (i + 0.5) * step;
    sum += ((a * (1 - e2)) / (1 - e2 * Math.sin(lat) ** 2) ** 1.5) * step;
  }
  return sum;
}

test(
  'distance and area are measured on the ellipsoid, in both languages, and stay in the link',
  gl,
  async ({ page }) => {
    await open(page, '?measure=distance:115.5,33.9,115.5,34.7');
    const km = (meridian(33.9, 34.7) / 1000).toFixed(1);
    await expect(page.getByTestId('measured')).toContainText(`${km} 公里`);
    await page.getByRole('button', { name: 'EN', exact: true }).click();
    await expect(page.getByTestId('measured')).toContainText(`${km} km`);
    await page.getByRole('button', { name: 'Clear', exact: true }).click();
    await expect(page).not.toHaveURL(/measure=/);

    await page.getByRole('button', { name: 'Area', exact: true }).click();
    const corners = [await at(page, 115.3, 34.1), await at(page, 115.7, 34.1), await at(page, 115.7, 34.5)] as const;
    for (const p of corners) await page.mouse.click(p.x, p.y);
    await page.mouse.click(corners[0].x, corners[0].y);
    await expect(page).toHaveURL(/measure=surface:/);
    await expect(page.getByTestId('measured')).toContainText(/Area \d+\.\d km²/);
    await expect(page.getByTestId('measured')).toContainText(/Perimeter \d+\.\d km/);
    // Half of a rectangle of 0.4° by 0.4°, within a hundredth: what a hand on a pixel can do.
    const said = Number(/Area ([\d.]+)/.exec((await page.getByTestId('measured').textContent()) ?? '')?.[1]);
    const wide = (Math.PI / 180) * 0.4 * 6378.137 * Math.cos((34.3 * Math.PI) / 180);
    expect(said / ((wide * meridian(34.1, 34.5)) / 2000)).toBeCloseTo(1, 1);
    await page.keyboard.press('Escape');
    await expect(page).not.toHaveURL(/measure=/);
  },
);

for (const lang of ['zh', 'en']) {
  for (const theme of ['light', 'dark']) {
    if (!long && (lang === 'zh') !== (theme === 'light')) continue;
    test(`axe finds nothing in the tools: ${lang}, ${theme}`, async ({ page }) => {
      const faults = async () =>
        (await new AxeBuilder({ page }).analyze()).violations.map(
          (v) => `${v.id}: ${v.nodes.map((n) => n.target.join(' ')).join(', ')}`,
        );
      await open(page, `?lang=${lang}&theme=${theme}&area=box:${box}&measure=surface:115.3,34.1,115.7,34.1,115.7,34.5`);
      await expect(page.getByTestId('inside').getByTestId('stages')).toBeVisible();
      await expect(page.getByTestId('measured')).toBeVisible();
      expect(await faults()).toEqual([]);
      await page.getByTestId('tools').locator('[data-kind="polygon"]').click();
      await expect(page.getByTestId('overlay')).toBeFocused();
      await page.keyboard.press('ArrowLeft');
      await page.getByTestId('toolbox').locator('summary').click();
      await page.getByTestId('toolbox').locator('form button').click();
      await expect(page.getByTestId('toolbox').getByRole('alert')).toBeVisible();
      expect(await faults()).toEqual([]);
    });
  }
}

for (const width of long ? [320, 390, 768, 1280] : [390, 1280]) {
  test(`${width} px: the tools fit, nothing scrolls sideways`, async ({ page }) => {
    await page.setViewportSize({ width, height: width < 760 ? 844 : 860 });
    for (const lang of long ? ['zh', 'en'] : [width === 390 ? 'en' : 'zh']) {
      const theme = lang === 'zh' ? 'light' : 'dark';
      await open(page, `?lang=${lang}&theme=${theme}&area=box:${box}`);
      await expect(page.getByTestId('inside').getByTestId('stages')).toBeVisible();
      const over = () => page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
      expect(await over()).toBeLessThanOrEqual(0);
      await page.screenshot({ path: `test-results/shots/area-${width}-${lang}.png` });
      await page.getByTestId('tools').locator('[data-kind="distance"]').click();
      await expect(page.getByTestId('toolbox')).toBeVisible();
      expect(await over()).toBeLessThanOrEqual(0);
      const cut = await page
        .getByTestId('tools')
        .locator('button')
        .evaluateAll((list) => list.filter((b) => b.scrollWidth > b.clientWidth).map((b) => b.textContent));
      expect(cut, 'words of the tools that are cut').toEqual([]);
      await page.screenshot({ path: `test-results/shots/tool-${width}-${lang}.png` });
    }
  });
}
