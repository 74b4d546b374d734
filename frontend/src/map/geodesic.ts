import type { Geometry, Position } from 'geojson';
import geographic from 'geographiclib-geodesic';
import { intersection } from 'polyclip-ts';
import { polygons } from './geo';
import { polygonOf, type Point, type Shape } from './shape';

/** The ellipsoid of the outlines' coordinates, WGS 84. */
const earth = geographic.Geodesic.WGS84;

/** Metres of each step of a line, along the shortest way on the ellipsoid. */
export const steps = (line: Point[]): number[] =>
  line.slice(1).map(([lon, lat], i) => {
    const [from, at] = line[i] ?? [lon, lat];
    return earth.Inverse(at, from, lat, lon).s12 ?? 0;
  });

export const length = (line: Point[]): number => steps(line).reduce((a, b) => a + b, 0);

/** Square metres inside a ring whose corners are joined by shortest ways. */
function inside(ring: Position[]): number {
  const area = earth.Polygon(false);
  for (const [lon = 0, lat = 0] of ring) area.AddPoint(lat, lon);
  return Math.abs(area.Compute(false, true).area ?? 0);
}

export const surface = (ring: Point[]): number => inside(ring);

/** A side drawn straight on the map is no shortest way: cut small, the difference is below a metre. */
const piece = 0.02;
function drawn(ring: Position[]): Position[] {
  return ring.flatMap((p, i) => {
    const [x = 0, y = 0] = p;
    const [u = x, v = y] = ring[i + 1] ?? p;
    const n = Math.max(1, Math.ceil(Math.max(Math.abs(u - x), Math.abs(v - y)) / piece));
    return Array.from({ length: n }, (_, k) => [x + ((u - x) * k) / n, y + ((v - y) * k) / n]);
  });
}

const areaOf = (parts: Position[][][]): number =>
  parts.reduce((sum, rings) => sum + rings.reduce((rest, ring, i) => rest + (i ? -1 : 1) * inside(drawn(ring)), 0), 0);

/** Square metres of an area as it is drawn on the map. */
export const extent = (shape: Shape): number => areaOf(polygons(polygonOf(shape)));

/** Which share of an outline lies in an area, both measured on the ellipsoid. */
export function share(outline: Geometry, shape: Shape): number {
  const parts = polygons(outline);
  const whole = areaOf(parts);
  if (!whole) return 0;
  const common = intersection(parts as [number, number][][][], polygonOf(shape).coordinates as [number, number][][]);
  return Math.min(1, areaOf(common) / whole);
}
