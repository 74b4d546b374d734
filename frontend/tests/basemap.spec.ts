import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Map as GlMap } from 'maplibre-gl';
import { allow, expect, gl, home, idle, open, type Page, rendered, test } from './page';
import { mvt, pmtiles } from './pmtiles';
import { folder, planatlas, serve } from './server';

type Framed = HTMLElement & { map: GlMap };

/** One dark pixel, which a tile is then filled with. */
const pixel = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==',
  'base64',
);

const place = folder();
const database = `sqlite:${join(place.path, 'riverton.db')}`;
test.beforeAll(() => planatlas('import', 'tests/fixtures/riverton', '--database', database));
test.afterAll(() => place.remove());

/** Serves the invented city over a basemap while something is done with it. */
async function over(basemap: string, act: (url: string) => Promise<void>): Promise<void> {
  const served = await serve(database, '2026-01-31', ['--basemap', basemap]);
  allow(served.url);
  await act(served.url).finally(() => served.stop());
}

function archive(name: string, ...what: Parameters<typeof pmtiles>): string {
  const file = join(place.path, name);
  writeFileSync(file, pmtiles(...what));
  return file;
}

/** How many features each layer of the basemap draws. */
const drawn = (page: Page): Promise<Record<string, number>> =>
  page.getByTestId('map').evaluate((frame) => {
    const { map } = frame as Framed;
    const ids = map.getLayersOrder().filter((id) => id.startsWith('basemap'));
    const count = (id: string) => new Set(map.queryRenderedFeatures({ layers: [id] }).map((f) => f.id)).size;
    return Object.fromEntries(ids.map((id) => [id, count(id)]));
  });

const image = (page: Page): Promise<string> =>
  page.getByTestId('map').evaluate(
    (frame) =>
      new Promise<string>((done) => {
        const { map } = frame as Framed;
        map.once('render', () => done(map.getCanvas().toDataURL()));
        map.triggerRepaint();
      }),
  );

const switched = (page: Page) => page.getByRole('checkbox', { name: '在图上显示：底图' });

test('an archive of vector tiles lies under the plan, faint, by switch, with its attribution', gl, async ({ page }) => {
  const layers = mvt({
    roads: [
      {
        line: [
          [3740, 3860],
          [3790, 3862],
        ],
      },
      {
        line: [
          [3764, 3840],
          [3766, 3880],
        ],
      },
    ],
    water: [
      {
        polygon: [
          [3755, 3855],
          [3760, 3855],
          [3758, 3860],
        ],
      },
    ],
    boundaries: [
      {
        line: [
          [3740, 3858],
          [3790, 3858],
        ],
      },
    ],
  });
  const file = archive('vector.pmtiles', 'mvt', layers, {
    name: 'Made-up streets',
    attribution: '<a href="https://example.org">&copy; Nobody</a>',
    vector_layers: ['roads', 'water', 'boundaries'].map((id) => ({ id, fields: {} })),
  });
  await over(file, async (url) => {
    await open(page, '', url);
    // Of borders nothing is drawn: those are the plan's.
    await expect
      .poll(() => drawn(page))
      .toEqual({
        'basemap-roads-line': 2,
        'basemap-water-fill': 1,
        'basemap-water-line': 0,
      });
    const order = await page.getByTestId('map').evaluate((frame) => (frame as Framed).map.getLayersOrder());
    expect(order.indexOf('basemap-roads-line')).toBeLessThan(order.indexOf('borders'));
    await expect(page.getByTestId('basemap')).toHaveText('底图：© Nobody');
    await expect(page.getByTestId('badge')).toContainText('审图号');

    await expect(page.locator('.layers')).toContainText('Made-up streets');
    await switched(page).uncheck();
    await idle(page);
    expect(await drawn(page)).toEqual({});
    await expect(page.getByTestId('basemap')).toHaveCount(0);

    await open(page, '?lang=en&theme=dark', url);
    await expect.poll(async () => (await drawn(page))['basemap-roads-line']).toBe(2);
    await expect(page.getByTestId('basemap')).toHaveText('Basemap: © Nobody');
  });
});

test('an archive of pictures is drawn, and gone when it is switched off', gl, async ({ page }) => {
  const file = archive('pictures.pmtiles', 'png', pixel, {});
  await over(file, async (url) => {
    await open(page, '', url);
    await expect.poll(() => drawn(page)).toHaveProperty('basemap');
    await idle(page);
    const under = await image(page);
    await switched(page).uncheck();
    await idle(page);
    expect(await image(page)).not.toBe(under);
    await switched(page).check();
    await idle(page);
    expect(await image(page)).toBe(under);
    // An archive that names nothing is called by its file.
    await expect(page.getByTestId('basemap')).toHaveText('底图：pictures');
  });
});

test('天地图 is asked only when it is configured, and the plan does without it', gl, async ({ page }) => {
  const key = '0123456789abcdef0123456789abcdef';
  const asked: URL[] = [];
  let body = pixel;
  for (let k = 0; k < 8; k += 1) allow(`https://t${k}.tianditu.gov.cn`);
  await page.route(/^https:\/\/t\d\.tianditu\.gov\.cn\//, async (route) => {
    asked.push(new URL(route.request().url()));
    expect(await route.request().headerValue('referer')).toMatch(/^http:\/\/[\d.:]+\/$/);
    await route.fulfill({ body, contentType: 'image/png', headers: { 'access-control-allow-origin': '*' } });
  });
  await over(`tianditu:${key}`, async (url) => {
    await open(page, '?select=region:harbour', url);
    await expect.poll(() => drawn(page)).toHaveProperty('basemap');
    await idle(page);
    expect(asked.length).toBeGreaterThan(0);
    for (const { pathname, searchParams } of asked) {
      expect(pathname).toBe('/vec_w/wmts');
      expect(searchParams.get('tk')).toBe(key);
    }
    await expect(page.getByTestId('basemap')).toContainText('天地图（国家地理信息公共服务平台）');

    // What comes is no picture: the key is wrong, or a network in between says so.
    body = Buffer.from('{"code":300002}');
    await open(page, '?lang=en', url);
    await expect(page.getByTestId('basemap')).toHaveText('Basemap: it did not load; the plan is drawn without it.');
    expect((await rendered(page, 'land')).length).toBeGreaterThan(0);
  });
});

test('without configuration there is no basemap and no switch for one', gl, async ({ page }) => {
  await open(page);
  expect(await drawn(page)).toEqual({});
  await expect(page.locator('.layers').getByRole('checkbox').first()).toBeVisible();
  await expect(switched(page)).toHaveCount(0);
  await expect(page.getByTestId('basemap')).toHaveCount(0);
  expect((await page.request.get(`${home()}/basemap.json`)).status()).toBe(204);
});
