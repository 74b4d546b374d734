import type { LayerSpecification, RequestParameters, SourceSpecification } from 'maplibre-gl';
import type { Colours } from './colours';

/** What the operator put under the plan, as the server says it in TileJSON. */
export interface Basemap {
  name: string;
  /** Whose map it is, as plain text. */
  attribution: string;
  tiles: string[];
  minzoom: number;
  maxzoom: number;
  bounds: [number, number, number, number];
  format: 'mvt' | 'png' | 'jpg' | 'webp' | 'avif';
  vector_layers?: { id: string }[];
}

/** The basemap of this server; nothing unless the operator configured one. */
export async function basemap(signal: AbortSignal): Promise<Basemap | undefined> {
  const answer = await fetch('/basemap.json', { signal });
  if (answer.status === 204) return undefined;
  if (!answer.ok) throw new Error(`HTTP ${answer.status}`);
  const said = (await answer.json()) as Basemap & { attribution: string | null };
  // Archives write their attribution as HTML: its words are shown, and nothing of it is run.
  const text = new DOMParser().parseFromString(said.attribution ?? '', 'text/html').body.textContent.trim();
  return { ...said, attribution: text || said.name };
}

/** A foreign server is told which site asks, as keys bound to a site need, and nothing more. */
export const request = (url: string): RequestParameters =>
  new URL(url, location.href).origin === location.origin ? { url } : { url, referrerPolicy: 'origin' };

export const SOURCE = 'basemap';

export function source(b: Basemap): SourceSpecification {
  const { tiles, minzoom, maxzoom, bounds } = b;
  const shared = { tiles, minzoom, maxzoom, bounds };
  return b.format === 'mvt' ? { type: 'vector', ...shared } : { type: 'raster', tileSize: 256, ...shared };
}

const water = /water|ocean|river|lake|sea/i;
const buildings = /building/i;
/** Borders and names are the plan's alone. */
const left = /bound|admin|border|label|name/i;

/**
 * What lies under the plan's lines and marks: faint, so that they stay the first thing to be seen. A drawn map turns with
 * the theme, a picture (JPEG) is only dimmed. Of vector tiles, of whatever schema, it draws lines, water and buildings in
 * the page's own hand.
 */
export function layers(b: Basemap, c: Colours, dark: boolean): LayerSpecification[] {
  if (b.format !== 'mvt') {
    const night =
      b.format === 'jpg'
        ? { 'raster-brightness-max': 0.7 }
        : { 'raster-brightness-min': 1, 'raster-brightness-max': 0.1, 'raster-hue-rotate': 180 };
    const paint = { 'raster-opacity': dark ? 0.3 : 0.38, 'raster-saturation': -0.45, ...(dark ? night : {}) };
    return [{ id: SOURCE, type: 'raster', source: SOURCE, paint }];
  }
  return (b.vector_layers ?? [])
    .filter(({ id }) => !left.test(id))
    .flatMap(({ id }): LayerSpecification[] => {
      const from = { source: SOURCE, 'source-layer': id } as const;
      const wet = water.test(id);
      const fill: LayerSpecification = {
        id: `${SOURCE}-${id}-fill`,
        type: 'fill',
        ...from,
        filter: ['==', ['geometry-type'], 'Polygon'],
        paint: { 'fill-color': wet ? c.belt : c.ink3, 'fill-opacity': wet ? 0.2 : 0.16 },
      };
      const line: LayerSpecification = {
        id: `${SOURCE}-${id}-line`,
        type: 'line',
        ...from,
        filter: ['==', ['geometry-type'], 'LineString'],
        paint: {
          'line-color': wet ? c.belt : c.ink3,
          'line-opacity': 0.45,
          'line-width': ['interpolate', ['linear'], ['zoom'], 6, 0.4, 12, 1, 16, 2.4],
        },
      };
      return wet || buildings.test(id) ? [fill, line] : [line];
    });
}
