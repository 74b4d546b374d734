import type { Feature, FeatureCollection, Geometry, Position } from 'geojson';
import type { SourceSpecification } from 'maplibre-gl';
import { grouped } from '../i18n/index.svelte';
import type { Words } from '../i18n/words';
import type { Colours } from './colours';
import { type Bounds, graticule } from './geo';
import { type Area, type Scene, shortEnglish, shortZone, side, stageGlyph, type ZoneMark } from './scene';

export interface Dress {
  colours: Colours;
  lang: 'zh' | 'en';
  words: Words;
  selected: string | undefined;
  /** Whether a figure is chosen. */
  figures: boolean;
  /** Narrow maps carry names only. */
  small: boolean;
  /** No room to move names aside. */
  crowded: boolean;
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
      ? grouped(mark.text) + (mark.provisional ? provisionalMark : '')
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
  if (m.kind === 'size' || m.kind === 'class')
    return `${name} ${grouped(m.text)}${m.provisional ? provisionalMark : ''}`;
  if (m.kind === 'missing') return `${name} ${d.words.missing}`;
  // A figure that is not about zones leaves them their squares; the names would only crowd its own.
  return d.figures ? '' : name;
}

/** What the map draws, as MapLibre's sources. */
export function sources(scene: Scene, d: Dress): Record<string, SourceSpecification> {
  const lines = graticule(wider(scene.bounds), scene.bounds);
  const w = wider(scene.bounds);
  const chosen = [
    ...scene.areas.filter((a) => `region:${a.region.code}` === d.selected).map((a) => a.geometry),
    ...scene.zones.filter((z) => `zone:${z.zone.code}` === d.selected).flatMap((z) => z.geometry ?? []),
    ...scene.rims.filter((r) => `layout:${r.code}` === d.selected).map((r) => r.geometry),
  ];
  return {
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
    areas: source(
      scene.areas.map((a) =>
        feature(a.geometry, {
          code: a.region.code,
          tint: a.tint,
          mark: a.mark.kind,
          k: a.mark.kind === 'class' ? a.mark.index : -1,
        }),
      ),
    ),
    rims: source(scene.rims.map((r) => feature(r.geometry, { code: r.code, style: r.style }))),
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
    zones: source(scene.zones.flatMap((z) => (z.geometry ? [feature(z.geometry, { code: z.zone.code })] : []))),
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
    projects: {
      type: 'geojson',
      cluster: true,
      clusterRadius: 44,
      clusterMaxZoom: 10,
      data: {
        type: 'FeatureCollection',
        features: scene.projects.flatMap((p) =>
          p.location
            ? [
                point([p.location.lon, p.location.lat], {
                  code: p.code,
                  icon: `stage-${p.stage ? stageGlyph(p.stage) : 'before'}`,
                }),
              ]
            : [],
        ),
      },
    },
    selected: source(chosen.map((g) => feature(g, {}))),
    selectedPoint: source([
      ...scene.zones
        .filter((z) => z.at && `zone:${z.zone.code}` === d.selected)
        .map((z) => point(z.at ?? [0, 0], { r: 19 })),
      ...scene.projects
        .filter((p) => p.location && `project:${p.code}` === d.selected)
        .map((p) => point([p.location?.lon ?? 0, p.location?.lat ?? 0], { r: 10 })),
      ...scene.hubs.filter((h) => h.node && `layout:${h.code}` === d.selected).map((h) => point(h.at, { r: 15 })),
    ]),
  };
}
