import type { Map as GlMap } from 'maplibre-gl';
import { clickFeature, expect, gl, home, idle, look, open, type Page, rendered, shownProjects, test } from './page';

type Framed = HTMLElement & { map: GlMap };

/** Codes of the places that a layer shows as selected. */
const selected = (page: Page, layer: string): Promise<string[]> =>
  page.getByTestId('map').evaluate((frame, id) => {
    const found = (frame as Framed).map.queryRenderedFeatures({ layers: [id] });
    return [...new Set(found.filter((f) => f.state['selected']).map((f) => String(f.properties['code'])))].sort();
  }, layer);

test('outlines come from tiles, which are kept for good', gl, async ({ page }) => {
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
  // How a county is tinted is a state of its feature.
  const tinted = await page.getByTestId('map').evaluate((frame) => {
    const found = (frame as Framed).map.queryRenderedFeatures({ layers: ['cover'] });
    return found.filter((f) => f.state['tint'] === 'core').length;
  });
  expect(tinted).toBeGreaterThan(0);
  await look(page, 115.3, 34.07, 11.5);
  expect((await rendered(page, 'zone-fill')).length).toBeGreaterThan(0);
});

test('projects come from tiles, gathered into counts that add up, and open from there', gl, async ({ page }) => {
  const lists: string[] = [];
  page.on('request', (request) => {
    if (request.postData()?.includes('query ProjectPoints')) lists.push(request.url());
  });
  await open(page);
  const source = await page.getByTestId('map').evaluate((frame) => (frame as Framed).map.getSource('projects')?.type);
  expect(source).toBe('vector');
  const answer = await page.request.post(`${home()}/graphql`, {
    data: { query: '{ projects(first: 500) { nodes { location { lon } } } }' },
  });
  const { data } = (await answer.json()) as { data: { projects: { nodes: { location: unknown }[] } } };
  expect(await shownProjects(page)).toBe(data.projects.nodes.filter((p) => p.location).length);

  // A cluster opens into its projects, and a project opens in the drawer and is marked.
  const zoom = () => page.getByTestId('map').evaluate((frame) => (frame as Framed).map.getZoom());
  const far = await zoom();
  // A counted circle stands beside the square of its zone.
  await clickFeature(page, 'projects-cluster', undefined, [17, 14]);
  await expect.poll(zoom).toBeGreaterThan(far + 1.5);
  await look(page, 115.3, 34.07, 12);
  await clickFeature(page, 'projects-point');
  await expect(page).toHaveURL(/select=project:/);
  await expect(page.getByTestId('drawer')).toContainText('总投资');
  const marked = () =>
    page
      .getByTestId('map')
      .evaluate((frame) => (frame as Framed).map.queryRenderedFeatures({ layers: ['selected-point'] }).length);
  await expect.poll(marked).toBe(1);
  // However many there are, none of it took a list of them.
  expect(lists).toEqual([]);
});

test('the selection is a state of the feature', gl, async ({ page }) => {
  await open(page, '?select=region:411424');
  expect(await selected(page, 'selected-regions')).toEqual(['411424']);
  await page.goto(`${home()}/?select=zone:zhecheng`);
  await idle(page);
  expect(await selected(page, 'selected-regions')).toEqual([]);
  await look(page, 115.3, 34.07, 11.5);
  expect(await selected(page, 'selected-zones')).toEqual(['zhecheng']);
});
