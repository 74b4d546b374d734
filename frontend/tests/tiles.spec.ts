import type { Map as GlMap } from 'maplibre-gl';
import { expect, home, idle, look, open, type Page, rendered, test } from './page';

type Framed = HTMLElement & { map: GlMap };

/** Codes of the places that a layer shows as selected. */
const selected = (page: Page, layer: string): Promise<string[]> =>
  page.getByTestId('map').evaluate((frame, id) => {
    const found = (frame as Framed).map.queryRenderedFeatures({ layers: [id] });
    return [...new Set(found.filter((f) => f.state['selected']).map((f) => String(f.properties['code'])))].sort();
  }, layer);

test('outlines come from tiles, which are kept for good', async ({ page }) => {
  const tiles: string[] = [];
  const kept: string[] = [];
  page.on('response', (answer) => {
    const { pathname } = new URL(answer.url());
    if (!pathname.startsWith('/tiles/') || !pathname.endsWith('.mvt')) return;
    tiles.push(pathname);
    if (answer.headers()['cache-control']?.includes('immutable')) kept.push(pathname);
  });
  await open(page);
  for (const layer of ['regions', 'layout', 'zones']) {
    expect(
      tiles.filter((path) => path.split('/')[3] === layer),
      layer,
    ).not.toEqual([]);
  }
  expect(kept).toEqual(tiles);
  const sources = await page.getByTestId('map').evaluate((frame) => {
    const { sources } = (frame as Framed).map.getStyle();
    return Object.entries(sources).map(([name, source]) => `${name} ${source.type}`);
  });
  expect(sources).toEqual(expect.arrayContaining(['regions vector', 'zones vector', 'layout vector']));
  // Each county once, whatever tiles it lies in, with its stable id.
  expect(await rendered(page, 'land')).toHaveLength(9);
  expect(await rendered(page, 'borders')).toHaveLength(9);
  await look(page, 115.3, 34.07, 11.5);
  expect((await rendered(page, 'zone-fill')).length).toBeGreaterThan(0);
});

test('the selection is a state of the feature', async ({ page }) => {
  await open(page, '?select=region:411424');
  expect(await selected(page, 'selected-regions')).toEqual(['411424']);
  await page.goto(`${home()}/?select=zone:zhecheng`);
  await idle(page);
  expect(await selected(page, 'selected-regions')).toEqual([]);
  await look(page, 115.3, 34.07, 11.5);
  expect(await selected(page, 'selected-zones')).toEqual(['zhecheng']);
});

test('a chosen figure fills the counties that have it', async ({ page }) => {
  await open(page);
  const filled = await page.getByTestId('map').evaluate((frame) => {
    const { map } = frame as Framed;
    const found = map.queryRenderedFeatures({ layers: ['cover'] });
    return found.map((f) => f.state['tint']).filter((tint) => tint === 'core').length;
  });
  expect(filled).toBeGreaterThan(0);
});
