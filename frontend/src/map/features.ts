import type { Feature, FeatureCollection, Geometry, Position } from 'geojson';
import type { SourceSpecification } from 'maplibre-gl';

import type { Words } from '../i18n/words';
import { type Basemap, SOURCE, source as basemapSource } from './basemap';
import type { Colours } from './colours';
import { type Bounds, graticule } from './geo';
import { type Area, type Scene, shortEnglish, shortZone, side, type ZoneMark } from './scene';

export interface Dress {
  colours: Colours;
  lang: 'zh' | 'en';
  words: Words;
  selected: string | undefined;
  /** Parameters that name the state the page shows, for the tiles. */
  state: string;
  /** Whether a figure is chosen. */
  figures: boolean;
  /** Narrow maps carry names only. */
  small: boolean;
  /** No room to move names aside. */
  crowded: boolean;
  dark: boolean;
  /** What lies under the plan, where the operator configured something and the reader left it on. */
  basemap: Basemap | undefined;
}

const feature = (geometry: Geometry, properties: Record<string, unknown>): Feature => ({
  type: 'Feature',
  geometry,
  properties,
});
const point = (at: Position, properties: Record<string, unknown>): Feature =>
  feature({ type: 'Point', coordinates: at }, properties);
const source = (features: Feature[]): SourceSpecification => ({
  type: 'geojson',
  data: { type: 'FeatureCollection', features } satisfies FeatureCollection,
});

/** The tiles that outlines come from. */
export type TileLayer = 'regions' | 'zones' | 'layout';
const tiles = (layer: TileLayer | 'projects', state: string): SourceSpecification => ({
  type: 'vector',
  url: `${location.origin}/tiles/${layer}.json?${state}`,
  promoteId: 'code',
});

/** What a place is on this map, beyond what its tile says of it; by code. */
export type PlaceState = Partial<{ tint: Area['tint']; k: number; selected: boolean }>;
export type States = Record<TileLayer, Map<string, PlaceState>>;

/** How the places of the tiles are filled, and which of them is selected. */
export function states(scene: Scene, selected: string | undefined): States {
  const all: States = { regions: new Map(), zones: new Map(), layout: new Map() };
  const add = (layer: TileLayer, code: string, more: PlaceState): void => {
    all[layer].set(code, { ...all[layer].get(code), ...more });
  };
  for (const { region, tint, mark } of scene.areas) {
    add('regions', region.code, { tint, k: mark.kind === 'class' ? mark.index : -1 });
  }
  const [kind, ...rest] = (selected ?? '').split(':');
  const code = rest.join(':');
  if (kind === 'region' && scene.areas.some((a) => a.region.code === code)) add('regions', code, { selected: true });
  if (kind === 'zone' && scene.zones.some((z) => z.zone.code === code)) add('zones', code, { selected: true });
  if (kind === 'layout')
    scene.rims.filter((r) => r.code === code).forEach((r) => add(r.of.layer, r.of.code, { selected: true }));
  return all;
}

/** Everything outside the whole, so that inner bands end exactly at the border. */
function mask(scene: Scene): Feature {
  const far: Position[] = [
    [-180, -85],
    [180, -85],
    [180, 85],
    [-180, 85],
    [-180, -85],
  ];
  return feature({ type: 'Polygon', coordinates: [far, ...scene.whole.coordinates.map((p) => p[0] ?? [])] }, {});
}

function wider(b: Bounds): Bounds {
  const x = (b.east - b.west) * 1.5;
  const y = (b.north - b.south) * 1.5;
  return { west: b.west - x, south: b.south - y, east: b.east + x, north: b.north + y };
}

const provisionalMark = ' ◦';

function areaText(area: Area, d: Dress): { name: string; value: string; sub: string; role: string } {
  const { region, mark } = area;
  const english = d.lang === 'en';
  const two = region.name !== region.nameEn;
  const name = english ? region.nameEn : region.name;
  const other = two ? (english ? region.name : shortEnglish(region.nameEn)) : '';
  const role = english ? area.roleEn : area.role;
  const inferred = area.inferred ? d.words.inferred : '';
  const value =
    mark.kind === 'class' || mark.kind === 'size'
      ? mark.text + (mark.provisional ? provisionalMark : '')
      : mark.kind === 'none'
        ? ''
        : mark.kind === 'missing'
          ? d.words.missing
          : mark.kind === 'not_due'
            ? d.words.notDue
            : d.words.suppressed;
  return {
    name: english ? shortEnglish(name) : name,
    value,
    sub: other,
    role: [role, inferred].filter(Boolean).join(' · '),
  };
}

function zoneText(mark: ZoneMark, d: Dress): string {
  const name = shortZone(mark.zone, d.lang);
  const m = mark.mark;
  if (m.kind === 'size' || m.kind === 'class') return `${name} ${m.text}${m.provisional ? provisionalMark : ''}`;
  if (m.kind === 'missing') return `${name} ${d.words.missing}`;
  // A figure that is not about zones leaves them their squares; the names would only crowd its own.
  return d.figures ? '' : name;
}

/** What the map draws, as MapLibre's sources. */
export function sources(scene: Scene, d: Dress): Record<string, SourceSpecification> {
  const lines = graticule(wider(scene.bounds), scene.bounds);
  const w = wider(scene.bounds);
  return {
    ...(d.basemap && { [SOURCE]: basemapSource(d.basemap) }),
    graticule: source([
      ...lines.lons.map((lon) =>
        feature(
          {
            type: 'LineString',
            coordinates: [
              [lon, w.south],
              [lon, w.north],
            ],
          },
          {},
        ),
      ),
      ...lines.lats.map((lat) =>
        feature(
          {
            type: 'LineString',
            coordinates: [
              [w.west, lat],
              [w.east, lat],
            ],
          },
          {},
        ),
      ),
    ]),
    mask: source([mask(scene)]),
    whole: source([feature(scene.whole, {})]),
    regions: tiles('regions', d.state),
    zones: tiles('zones', d.state),
    layout: tiles('layout', d.state),
    stretches: source(
      scene.stretches.map((s) =>
        feature(
          { type: 'LineString', coordinates: s.line },
          {
            code: s.code,
            style: s.style,
            label: `${d.lang === 'en' ? s.label.nameEn : s.label.name}${d.words.paren(d.words.schematic)}`,
          },
        ),
      ),
    ),
    heads: source([
      ...scene.stretches
        .filter((s) => s.head)
        .map((s) => point(s.line.at(-1) ?? [0, 0], { code: s.code, icon: 'head', turn: s.bearing })),
      ...scene.hubs.map((h) => point(h.at, { code: h.code, icon: h.node ? 'node' : 'hub', turn: 0 })),
    ]),
    labels: source(
      scene.areas.map((a) => {
        const text = areaText(a, d);
        const share = a.mark.kind === 'size' ? a.mark.share : -1;
        const radius = share < 0 ? 0 : (side(share, d.small) / 2) * 1.128;
        return point(a.at, { code: a.region.code, tint: a.tint, radius, ...text });
      }),
    ),
    squares: source(
      scene.zones.flatMap((z) => {
        if (!z.at) return [];
        const share = z.mark.kind === 'size' ? z.mark.share : -1;
        return [
          point(z.at, {
            code: z.zone.code,
            kind: z.mark.kind,
            k: z.mark.kind === 'class' ? z.mark.index : -1,
            side: share < 0 ? 12 : side(share, d.small),
            text: zoneText(z, d),
            rank: share < 0 ? 0 : -share,
          }),
        ];
      }),
    ),
    projects: scene.tiled
      ? tiles('projects', d.state)
      : {
          type: 'geojson',
          cluster: true,
          clusterRadius: 44,
          clusterMaxZoom: 10,
          data: {
            type: 'FeatureCollection',
            features: scene.projects.flatMap((p) =>
              p.location ? [point([p.location.lon, p.location.lat], { code: p.code, stage: p.stage })] : [],
            ),
          },
        },
    selectedPoint: source([
      ...scene.zones
        .filter((z) => z.at && `zone:${z.zone.code}` === d.selected)
        .map((z) => point(z.at ?? [0, 0], { r: 19 })),
      ...(scene.spot ? [point(scene.spot, { r: 10 })] : []),
      ...scene.hubs.filter((h) => h.node && `layout:${h.code}` === d.selected).map((h) => point(h.at, { r: 15 })),
    ]),
  };
}
