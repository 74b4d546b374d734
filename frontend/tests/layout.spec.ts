import type { Map as GlMap } from 'maplibre-gl';
import { clickFeature, expect, gl, idle, long, look, open, rendered, test } from './page';

test('draws core, belt, groups, zones and clustered projects', gl, async ({ page }) => {
  await open(page);
  expect(await rendered(page, 'land')).toHaveLength(9);
  expect(await rendered(page, 'rim-core-layout')).toHaveLength(1);
  expect(await rendered(page, 'hatch')).toEqual(['411421', '411426']);
  expect((await rendered(page, 'ribbon')).length).toBe(1);
  expect((await rendered(page, 'heads')).length).toBe(1);
  expect(await rendered(page, 'inner-band-regions')).toEqual(['411422', '411424', '411481']);
  expect((await rendered(page, 'zone-square')).length).toBeGreaterThanOrEqual(10);
  expect((await rendered(page, 'projects-cluster')).length).toBeGreaterThan(1);
  await expect(page.getByRole('heading', { level: 1 })).toContainText('一核');

  // A layer can be switched off and on.
  await page.getByRole('checkbox', { name: /一带/ }).uncheck();
  await expect.poll(() => rendered(page, 'ribbon')).toEqual([]);
  await page.getByRole('checkbox', { name: /一带/ }).check();
  await expect.poll(() => rendered(page, 'ribbon')).toHaveLength(1);

  // Outlines of zones and single projects show when near.
  expect(await rendered(page, 'zone-line')).toEqual([]);
  await look(page, 115.3, 34.07, 11.5);
  expect((await rendered(page, 'zone-line')).length).toBeGreaterThan(0);
  expect((await rendered(page, 'projects-point')).length).toBeGreaterThan(0);
});

test('no name lies on a square or on the middle of the belt, from afar or near', gl, async ({ page }) => {
  for (const lang of long ? ['zh', 'en'] : ['zh']) {
    await open(page, `?lang=${lang}`);
    const hidden = await page.getByTestId('map').evaluate((frame) => {
      const { map } = frame as HTMLElement & { map: GlMap };
      return map.queryRenderedFeatures({ layers: ['zone-square'] }).flatMap(({ geometry }) => {
        if (geometry.type !== 'Point') return [];
        const p = map.project(geometry.coordinates as [number, number]);
        return map.queryRenderedFeatures(p, { layers: ['area-name'] }).map((f) => f.properties['name']);
      });
    });
    expect(hidden, `${lang}: names under squares`).toEqual([]);
    for (const zoom of [0, 0.7, 1.4]) {
      const covered = await page.getByTestId('map').evaluate(async (frame, by) => {
        const { map } = frame as HTMLElement & { map: GlMap };
        const hub = map.queryRenderedFeatures({ layers: ['heads'] }).find((f) => f.properties['icon'] === 'hub');
        const at = hub?.geometry.type === 'Point' ? (hub.geometry.coordinates as [number, number]) : undefined;
        if (!at) throw new Error('no hub is drawn');
        await new Promise((done) => {
          map.once('idle', done);
          map.jumpTo({ zoom: map.getZoom() + by, center: at });
          map.triggerRepaint();
        });
        const p = map.project(at);
        const names = ['area-name', 'area-role', 'area-english', 'zone-label'].filter((id) => map.getLayer(id));
        const box: [[number, number], [number, number]] = [
          [p.x - 6, p.y - 6],
          [p.x + 6, p.y + 6],
        ];
        return map
          .queryRenderedFeatures(box, { layers: names })
          .map((f) => f.properties['name'] ?? f.properties['text']);
      }, zoom);
      expect(covered, `${lang}, zoomed by ${zoom}`).toEqual([]);
    }
  }
});

test('county, zone, layout element and project open in the drawer when clicked', gl, async ({ page }) => {
  await open(page);
  const drawer = page.getByTestId('drawer');
  await clickFeature(page, 'area-name', '411424');
  await expect(drawer.getByRole('heading', { level: 2 })).toContainText('柘城县');
  await expect(page).toHaveURL(/select=region:411424/);
  await idle(page);
  await clickFeature(page, 'zone-square', 'zhecheng');
  await expect(page).toHaveURL(/select=zone:zhecheng/);
  await expect(drawer.getByRole('heading', { level: 2 })).toContainText('柘城高新');
  await idle(page);
  await clickFeature(page, 'heads');
  await expect(page).toHaveURL(/select=layout:.*belt/);
  await expect(drawer.getByRole('heading', { level: 2 })).toContainText('一带');
  await look(page, 115.3, 34.07, 12);
  await clickFeature(page, 'projects-point');
  await expect(page).toHaveURL(/select=project:/);
  await expect(drawer).toContainText('总投资');
});

test('the badge names revision, review number and the source of the boundaries', async ({ page }) => {
  await open(page);
  await expect(page.getByTestId('badge')).toContainText('审图号');
  await expect(page.getByTestId('badge')).toContainText('暂缺，仅供内部使用');
  await expect(page.getByTestId('badge')).toContainText('r1');
  await expect(page.getByText('行政区划数据')).toBeVisible();
});

test('a permalink shows what was seen', async ({ page }) => {
  await open(page, '?lang=en&indicator=zone-revenue&period=2023&select=region:411481');
  await expect(page.getByTestId('drawer').getByRole('heading', { level: 2 })).toContainText('Yongcheng');
  await expect(page.getByTestId('indicator')).toHaveValue('zone-revenue');
  await expect(page.getByTestId('period')).toHaveValue('2023');
  await expect(page.locator('html')).toHaveAttribute('lang', 'en');
});

test('escape closes, back reopens', async ({ page }) => {
  await open(page, '?select=region:411424');
  await page
    .getByRole('button', { name: '永城市' })
    .first()
    .or(page.getByRole('button', { name: '一核' }))
    .first()
    .click();
  await page.keyboard.press('Escape');
  await expect(page).not.toHaveURL(/select=/);
  await page.goBack();
  await expect(page).toHaveURL(/select=/);
});

test('a link to something unknown says so', async ({ page }) => {
  await open(page, '?select=zone:no-such-zone');
  await expect(page.getByTestId('drawer').getByRole('alert')).toBeVisible();
});
