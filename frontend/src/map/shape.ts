import type { Polygon } from 'geojson';

/** Longitude and latitude. */
export type Point = [number, number];

/** What can be drawn: a box or a polygon to look inside, a line or a ring to measure. */
export const kinds = ['box', 'polygon', 'distance', 'surface'] as const;
export type Kind = (typeof kinds)[number];

export interface Shape {
  kind: Kind;
  points: Point[];
}

/** Each kind's part of the address: an area and a measurement may stand side by side. */
export const paramOf = (kind: Kind): 'area' | 'measure' => (kind === 'box' || kind === 'polygon' ? 'area' : 'measure');

/** Points that a kind needs, and the most that an address carries. */
export const fewest: Record<Kind, number> = { box: 2, distance: 2, polygon: 3, surface: 3 };
export const most = 60;
export const isRing = (kind: Kind): boolean => kind === 'polygon' || kind === 'surface';

/** Four decimals: about ten metres, finer than any of these outlines is drawn. */
const round = (v: number): number => Math.round(v * 1e4) / 1e4;
export const rounded = ([lon, lat]: Point): Point => [round(lon), round(lat)];

const within = ([lon, lat]: Point): boolean => Math.abs(lon) <= 180 && Math.abs(lat) <= 85;

/** Whether a list of points makes a shape of its kind: enough of them, on the map, not lying on each other. */
function sound(kind: Kind, points: Point[]): boolean {
  const [a, b] = points;
  if (!a || !b || points.length < fewest[kind] || points.length > (kind === 'box' ? 2 : most)) return false;
  if (!points.every(within)) return false;
  if (kind === 'box') return a[0] !== b[0] && a[1] !== b[1];
  return new Set(points.map(String)).size >= fewest[kind];
}

/** A shape of points as they were drawn; nothing when they make none. A box goes from south-west to north-east. */
export function shapeOf(kind: Kind, drawn: Point[]): Shape | undefined {
  const points = drawn.map(rounded);
  if (!sound(kind, points)) return undefined;
  if (kind !== 'box') return { kind, points };
  const lons = points.map((p) => p[0]);
  const lats = points.map((p) => p[1]);
  return {
    kind,
    points: [
      [Math.min(...lons), Math.min(...lats)],
      [Math.max(...lons), Math.max(...lats)],
    ],
  };
}

/** Numbers as anybody types them: 115.1, 33.9 115.8，34.3 */
export function pointsOf(text: string): Point[] | undefined {
  const parts = text.split(/[\s,;，；、]+/).filter(Boolean);
  if (!parts.length || parts.length % 2) return undefined;
  const numbers = parts.map(Number);
  if (!numbers.every(Number.isFinite)) return undefined;
  return Array.from({ length: numbers.length / 2 }, (_, i): Point => [numbers[2 * i] ?? 0, numbers[2 * i + 1] ?? 0]);
}

export const textOf = (points: Point[]): string => points.map((p) => p.join(', ')).join('; ');

/** What stands in an address: `box:115.1,33.9,115.8,34.3`. */
export const written = ({ kind, points }: Shape): string => `${kind}:${points.flat().join(',')}`;

export function read(text: string | undefined, param: 'area' | 'measure'): Shape | undefined {
  if (!text || text.length > 40 + most * 22) return undefined;
  const [head, ...rest] = text.split(':');
  const kind = kinds.find((k) => k === head);
  const points = pointsOf(rest.join(':'));
  return kind && points && paramOf(kind) === param ? shapeOf(kind, points) : undefined;
}

/** Corners of an area, in order and not closed. */
export function corners({ kind, points }: Shape): Point[] {
  const [a, b] = points;
  if (kind !== 'box' || !a || !b) return points;
  return [a, [b[0], a[1]], b, [a[0], b[1]]];
}

export function polygonOf(shape: Shape): Polygon {
  const ring = corners(shape);
  return { type: 'Polygon', coordinates: [[...ring, ...ring.slice(0, 1)]] };
}

const side = (a: Point, b: Point, c: Point): number => (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0]);

/** Whether the sides of a ring cross each other: then it has no inside that two people would agree on. */
export function crosses(ring: Point[]): boolean {
  const n = ring.length;
  const at = (i: number): Point => ring[i % n] ?? [0, 0];
  for (let i = 0; i < n; i += 1) {
    for (let k = i + 2; k < n; k += 1) {
      if (i === 0 && k === n - 1) continue;
      const [a, b, c, d] = [at(i), at(i + 1), at(k), at(k + 1)];
      if (side(a, b, c) * side(a, b, d) <= 0 && side(c, d, a) * side(c, d, b) <= 0) return true;
    }
  }
  return false;
}

/** Whether a point lies in an area, by even and odd crossings. */
export function holds(shape: Shape, [x, y]: Point): boolean {
  const ring = corners(shape);
  return ring.reduce((inside, a, i) => {
    const b = ring[(i + 1) % ring.length] ?? a;
    const crossed = a[1] > y !== b[1] > y && x < ((b[0] - a[0]) * (y - a[1])) / (b[1] - a[1]) + a[0];
    return crossed ? !inside : inside;
  }, false);
}
