import { expect, type Page, test as base } from '@playwright/test';
import type { Map as GlMap } from 'maplibre-gl';

export const home = (): string => process.env.PLANATLAS_URL ?? '';
export const other = (): string => process.env.PLANATLAS_OTHER_URL ?? '';

/** The long run goes through whole matrices; the short one has each kind of check once. */
export const long = Boolean(process.env.PLANATLAS_TEST_LONG);

/** A test about what the map draws by WebGL. All others run without: the plain map says the same, and is drawn at once. */
export const gl = { tag: '@gl' };

/** Servers that a test started itself. */
const own = new Set<string>();
export const allow = (url: string): Set<string> => own.add(new URL(url).origin);

/** Every test also proves that nothing left for another host, nothing broke the policy and nothing was thrown. */
export const test = base.extend<{ watched: void }>({
  watched: [
    async ({ page }, use) => {
      const strangers: string[] = [];
      const faults: string[] = [];
      page.on('request', (request) => {
        const { protocol, origin } = new URL(request.url());
        if (protocol.startsWith('http') && ![home(), other(), ...own].includes(origin)) strangers.push(request.url());
      });
      page.on('pageerror', (error) => faults.push(error.message));
      page.on('console', (message) => {
        if (message.type() === 'error') faults.push(message.text());
      });
      await use();
      expect(strangers, 'requests to other hosts').toEqual([]);
      expect(faults, 'errors and policy violations').toEqual([]);
    },
    { auto: true },
  ],
});

/** Opens the page and waits until the map, whichever it is, has drawn everything it was given. */
export async function open(page: Page, search = '', origin = home()): Promise<void> {
  await page.goto(`${origin}/${search}`);
  await idle(page);
}

export async function idle(page: Page): Promise<void> {
  await page.waitForLoadState('networkidle');
  const drawn = page.locator('[data-testid="map"][data-state="idle"], .plain-map:not([inert]) > svg');
  await expect(drawn.first()).toBeVisible({ timeout: 100_000 });
}

type Framed = HTMLElement & { map: GlMap };

/** Codes of what a layer shows now. */
export const rendered = (page: Page, layer: string): Promise<string[]> =>
  page.getByTestId('map').evaluate((frame, id) => {
    const features = (frame as Framed).map.queryRenderedFeatures({ layers: [id] });
    return [...new Set(features.map((f) => String(f.properties['code'] ?? f.properties['point_count'])))].sort();
  }, layer);

/** How many projects the map shows, gathered or single. */
export const shownProjects = (page: Page): Promise<number> =>
  page.getByTestId('map').evaluate((frame) => {
    const found = (frame as Framed).map.queryRenderedFeatures({ layers: ['projects-cluster', 'projects-point'] });
    // What lies near the edge of a tile may be met in several.
    const each = new Map(
      found.map((f) => [JSON.stringify([f.geometry, f.properties]), f.properties['point_count'] ?? 1]),
    );
    return [...each.values()].reduce((a, b) => a + b, 0);
  });

/** Clicks the place of a feature on the canvas, or so many pixels beside it, as a visitor would. */
export async function clickFeature(
  page: Page,
  layer: string,
  code?: string,
  beside: readonly [number, number] = [0, 0],
): Promise<void> {
  const at = await page.getByTestId('map').evaluate(
    (frame, { id, wanted }) => {
      const { map } = frame as Framed;
      const box = frame.getBoundingClientRect();
      for (const f of map.queryRenderedFeatures({ layers: [id] })) {
        if (wanted !== undefined && f.properties['code'] !== wanted) continue;
        const g = f.geometry;
        const c = g.type === 'Point' ? g.coordinates : g.type === 'LineString' ? g.coordinates[0] : undefined;
        if (!c) continue;
        const p = map.project([c[0] ?? 0, c[1] ?? 0]);
        return { x: box.left + p.x, y: box.top + p.y };
      }
      throw new Error(`nothing of ${id} is drawn`);
    },
    { id: layer, wanted: code },
  );
  await page.mouse.click(at.x + beside[0], at.y + beside[1]);
}

export async function look(page: Page, lon: number, lat: number, zoom: number): Promise<void> {
  await page.getByTestId('map').evaluate(
    async (frame, to) => {
      const { map } = frame as Framed;
      await new Promise((done) => {
        map.once('idle', done);
        map.jumpTo({ center: [to.lon, to.lat], zoom: to.zoom });
      });
    },
    { lon, lat, zoom },
  );
  await idle(page);
}

export { expect, type Page };
