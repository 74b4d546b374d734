import { mercator } from './geo';
import type { Point } from './shape';

export type Project = (lon: number, lat: number) => [number, number];
export type Unproject = (x: number, y: number) => Point;

/** From pixels back to degrees: both maps draw Mercator without turning, so two points tell the whole. */
export function inverse(project: Project, near: Point): Unproject {
  const far: Point = [near[0] + 1, near[1] + 1];
  const [x0, y0] = project(...near);
  const [x1, y1] = project(...far);
  const [u0, v0] = mercator(near);
  const [u1, v1] = mercator(far);
  const scale = [(u1 - u0) / (x1 - x0), (v1 - v0) / (y1 - y0)] as const;
  return (x, y) => {
    const u = u0 + (x - x0) * scale[0];
    const v = v0 + (y - y0) * scale[1];
    return [u * 360 - 180, (Math.atan(Math.exp((1 - 2 * v) * Math.PI)) * 360) / Math.PI - 90];
  };
}
