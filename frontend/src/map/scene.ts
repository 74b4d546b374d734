import type { Geometry, MultiPolygon, Polygon, Position } from 'geojson';
import type { Atlas, Element, Region, Zone } from '../data/atlas';
import { type Figures, isRate } from '../data/figures';
import type { ProjectPoint } from '../data/projects';
import type { ProjectStage } from '../gql/graphql';
import { inColumn } from '../i18n/units';
import { bearing, type Bounds, lines, mercator, polygons, share, slice, union } from './geo';

/** How a place shows the chosen figure. */
export type Mark =
  | { kind: 'class'; index: number; text: string; provisional: boolean; sample: boolean }
  | { kind: 'size'; share: number; text: string; provisional: boolean; sample: boolean }
  | { kind: 'missing' | 'not_due' | 'suppressed'; text: string }
  | { kind: 'none' };

/** The hand in which a place's land is drawn. */
export type Tint = 'core' | 'belt' | 'group' | 'area' | 'plain';

export interface Area {
  region: Region;
  geometry: Geometry;
  at: Position;
  tint: Tint;
  mark: Mark;
  /** Role in the plan, in both languages; empty when the plan gives none. */
  role: string;
  roleEn: string;
  inferred: boolean;
}

export interface ZoneMark {
  zone: Zone;
  geometry: Geometry | undefined;
  at: Position | undefined;
  mark: Mark;
}

/** An outline with its own stroke. */
export interface Rim {
  code: string;
  style: 'core' | 'group' | 'area' | 'belt';
  geometry: Geometry;
  /** Whose outline it is: that of the element itself, or of a region that is a member of it. */
  of: { layer: 'layout' | 'regions'; code: string };
}

/** One stretch of a corridor; `head` says whether it ends in an arrow. */
export interface Stretch {
  code: string;
  style: 'belt' | 'axis';
  line: Position[];
  head: boolean;
  bearing: number;
  label: Element;
}

export interface Scene {
  bounds: Bounds;
  areas: Area[];
  rims: Rim[];
  stretches: Stretch[];
  /** Where the stretches of a belt meet, and the nodes of the layout. */
  hubs: { at: Position; code: string; node: boolean }[];
  zones: ZoneMark[];
  /** The projects one by one, or whether the map draws all of them from tiles. */
  projects: ProjectPoint[];
  tiled: boolean;
  /** Where the selected project is. */
  spot: Position | undefined;
  /** The whole, for halo and mask: the root's outline, or all areas side by side. */
  whole: MultiPolygon;
  rate: boolean;
}

export const stageGlyph = (stage: ProjectStage): 'before' | 'during' | 'after' | 'stopped' =>
  stage === 'STOPPED'
    ? 'stopped'
    : stage === 'SIGNED' || stage === 'LANDED'
      ? 'before'
      : stage === 'STARTED' || stage === 'BUILDING'
        ? 'during'
        : 'after';

export interface Wanted {
  figures: Figures | undefined;
  period: string | undefined;
  projects: ProjectPoint[] | 'tiles';
  spot?: Position | undefined;
  /** Codes of layout elements, or 'zones' and 'projects', that the reader switched off. */
  hidden: ReadonlySet<string>;
}

export function markOf(code: string, figures: Figures | undefined, period: string | undefined): Mark {
  if (!figures?.covers(code)) return { kind: 'none' };
  const cell = figures.cell(code, period);
  if (cell?.value === undefined || cell.size === undefined) {
    if (cell?.status === 'SUPPRESSED') return { kind: 'suppressed', text: '' };
    return { kind: cell?.status === 'NOT_YET_DUE' ? 'not_due' : 'missing', text: '' };
  }
  const provisional = cell.status !== 'NORMAL' && cell.status !== 'REVISED_DEFINITION';
  const rest = { text: inColumn(cell.value, figures.indicator.unit), provisional, sample: cell.sample };
  return isRate(figures.indicator)
    ? { kind: 'class', index: figures.classOf(cell.size), ...rest }
    : { kind: 'size', share: figures.max > 0 ? Math.max(0, cell.size) / figures.max : 0, ...rest };
}

const isPolygon = (g: Geometry): g is Polygon | MultiPolygon => g.type === 'Polygon' || g.type === 'MultiPolygon';

/** Puts the plan's layout, the places and the chosen figures together as things to draw, for either renderer. */
export function compose(atlas: Atlas, wanted: Wanted): Scene | undefined {
  const { hidden, figures, period } = wanted;
  const shown = atlas.elements.filter((e) => !hidden.has(e.code));
  const areas: Area[] = [];
  for (const region of atlas.leaves) {
    const footprint = region.footprint;
    if (!footprint || !isPolygon(footprint.geometry.geojson)) continue;
    const roles = atlas.rolesOf(region.code).filter((r) => shown.includes(r.element));
    const first = roles[0];
    areas.push({
      region,
      geometry: footprint.geometry.geojson,
      at: [footprint.labelPoint.lon, footprint.labelPoint.lat],
      tint: tintOf(first?.element),
      mark: markOf(region.code, figures, period),
      role: first ? first.member.role : '',
      roleEn: first ? first.member.roleEn : '',
      inferred: first?.member.inferred ?? false,
    });
  }
  const bounds = union(atlas.regions.flatMap((r) => (r.footprint ? [r.footprint.bbox] : [])));
  if (!bounds || !areas.length) return undefined;

  const rims: Rim[] = [];
  const stretches: Stretch[] = [];
  const hubs: Scene['hubs'] = [];
  for (const element of shown) {
    const members = areas.filter((a) => element.members.some((m) => m.place.code === a.region.code));
    const geometry = element.footprint?.geometry.geojson;
    const member = (style: Rim['style']) => (m: Area) =>
      rims.push({
        code: element.code,
        style,
        geometry: m.geometry,
        of: { layer: 'regions', code: m.region.code },
      });
    if (element.form === 'CORE' || element.form === 'AREA') {
      const style = element.form === 'CORE' ? 'core' : 'area';
      if (geometry && isPolygon(geometry))
        rims.push({ code: element.code, style, geometry, of: { layer: 'layout', code: element.code } });
      else members.forEach(member(style));
    } else if (element.form === 'GROUP' || element.form === 'BELT') {
      const style = element.form === 'GROUP' ? 'group' : 'belt';
      members.forEach(member(style));
    } else if (element.form === 'NODE') {
      const points = members.map((m) => m.at);
      const zones = atlas.zones.filter((z) => element.members.some((m) => m.place.code === z.code) && z.footprint);
      zones.forEach((z) => z.footprint && points.push([z.footprint.labelPoint.lon, z.footprint.labelPoint.lat]));
      points.forEach((at) => hubs.push({ at, code: element.code, node: true }));
    }
    if (geometry && (element.form === 'BELT' || element.form === 'AXIS')) {
      const cut = corridor(element, lines(isPolygon(geometry) ? { type: 'LineString', coordinates: [] } : geometry));
      stretches.push(...cut.stretches);
      cut.hubs.forEach((at) => hubs.push({ at, code: element.code, node: false }));
    }
  }

  const rootGeometry = atlas.root?.footprint?.geometry.geojson;
  const whole: MultiPolygon = {
    type: 'MultiPolygon',
    coordinates:
      rootGeometry && isPolygon(rootGeometry) ? polygons(rootGeometry) : areas.flatMap((a) => polygons(a.geometry)),
  };
  const zones = hidden.has('zones')
    ? []
    : atlas.zones.map((zone): ZoneMark => {
        const f = zone.footprint;
        return {
          zone,
          geometry: f && isPolygon(f.geometry.geojson) ? f.geometry.geojson : undefined,
          at: f ? [f.labelPoint.lon, f.labelPoint.lat] : undefined,
          mark: markOf(zone.code, figures, period),
        };
      });
  const points = hidden.has('projects') || wanted.projects === 'tiles' ? [] : wanted.projects;
  return {
    bounds,
    areas,
    rims,
    stretches,
    hubs,
    zones,
    projects: points.filter((p) => p.location),
    tiled: wanted.projects === 'tiles' && !hidden.has('projects'),
    spot: wanted.spot,
    whole,
    rate: figures ? isRate(figures.indicator) : false,
  };
}

function tintOf(element: Element | undefined): Tint {
  switch (element?.form) {
    case 'CORE':
      return 'core';
    case 'BELT':
      return 'belt';
    case 'GROUP':
      return 'group';
    case 'AREA':
      return 'area';
    default:
      return 'plain';
  }
}

/** A belt is cut at its middle, and both halves point there; an axis runs through without a head. */
function corridor(element: Element, courses: Position[][]): { stretches: Stretch[]; hubs: Position[] } {
  const stretches: Stretch[] = [];
  const hubs: Position[] = [];
  const usable = courses.filter((c) => c.length > 1);
  for (const course of usable) {
    if (element.form === 'AXIS') {
      stretches.push({ code: element.code, style: 'axis', line: course, head: false, bearing: 0, label: element });
      continue;
    }
    if (usable.length > 1) {
      // Several courses: each points to the end that lies nearer to the middle of them all.
      const ends = usable.flatMap((c) => [c[0], c.at(-1)]).filter((p) => p !== undefined);
      const middle = ends
        .map(mercator)
        .reduce((a, b) => [a[0] + b[0] / ends.length, a[1] + b[1] / ends.length], [0, 0]);
      const far = (p: Position): number => Math.hypot(mercator(p)[0] - middle[0], mercator(p)[1] - middle[1]);
      const line = far(course[0] ?? [0, 0]) < far(course.at(-1) ?? [0, 0]) ? [...course].reverse() : course;
      const cut = slice(line, 0, 0.95);
      stretches.push({
        code: element.code,
        style: 'belt',
        line: cut,
        head: true,
        bearing: bearing(cut),
        label: element,
      });
      continue;
    }
    // Where the course bends nearest to its middle, the halves meet; a straight one meets half-way.
    const bends = course.slice(1, -1).map((_, i) => share(course, i + 1));
    const middle = bends.sort((a, b) => Math.abs(a - 0.5) - Math.abs(b - 0.5))[0] ?? 0.5;
    const first = slice(course, 0, Math.max(0.05, middle - 0.055));
    const second = slice(course.toReversed(), 0, Math.max(0.05, 1 - middle - 0.055));
    hubs.push(slice(course, middle, 1)[0] ?? [0, 0]);
    for (const line of [first, second]) {
      stretches.push({ code: element.code, style: 'belt', line, head: true, bearing: bearing(line), label: element });
    }
  }
  return { stretches, hubs };
}

/** Side in pixels of the square for a share of the largest value: area, not side, is proportional. */
export const side = (share: number, small = false): number => Math.max(5, (small ? 17 : 26) * Math.sqrt(share));

/** 'Long Bend County' → 'Long Bend': the kind is in the Chinese name beside it, and in the drawer. */
export const shortEnglish = (text: string): string => text.replace(/ (County|District|City)$/i, '');

const shortWords: [string, string][] = [
  ['高新技术产业开发区', '高新区'],
  ['经济技术开发区', '经开区'],
  ['先进制造业开发区', '先进制造区'],
  ['产业集聚区', '集聚区'],
];

/** A zone's name as short as a map needs: the host's name falls away, and the long kinds get their usual short form. */
export function shortZone(zone: Zone, lang: 'zh' | 'en'): string {
  const bare = (text: string): string => text.replace(/\s*[(（].*?[)）]/g, '');
  if (lang === 'en' && zone.nameEn !== zone.name) {
    return bare(zone.nameEn)
      .replace(/ High-tech Industrial Development Zone$/, ' HTZ')
      .replace(/ Economic and Technological Development Zone$/, ' EDZ')
      .replace(/ Development Zone$/, '');
  }
  let text = bare(zone.name);
  for (const [long, short] of shortWords) text = text.replace(long, short);
  const host = zone.host.length === 1 ? zone.host[0]?.name : undefined;
  if (!host) return text;
  const prefix = text.startsWith(host) ? host : host.replace(/[市县区]$/, '');
  const rest = text.slice(prefix.length);
  if (prefix.length > 1 && text.startsWith(prefix) && rest.length > 1 && !rest.startsWith('的')) return rest;
  return text;
}
