import type { Geometry, Position } from 'geojson';

/** Web Mercator in units where the world is 1 wide, y down: what MapLibre draws in, so both maps lie on each other. */
export function mercator([lon = 0, lat = 0]: Position): [number, number] {
  const y = (1 - Math.log(Math.tan(Math.PI / 4 + (lat * Math.PI) / 360)) / Math.PI) / 2;
  return [(lon + 180) / 360, y];
}

export interface Bounds {
  west: number;
  south: number;
  east: number;
  north: number;
}

export function union(boxes: Bounds[]): Bounds | undefined {
  if (!boxes.length) return undefined;
  return {
    west: Math.min(...boxes.map((b) => b.west)),
    south: Math.min(...boxes.map((b) => b.south)),
    east: Math.max(...boxes.map((b) => b.east)),
    north: Math.max(...boxes.map((b) => b.north)),
  };
}

export interface Padding {
  top: number;
  right: number;
  bottom: number;
  left: number;
}

/** From degrees to pixels of a frame, with `bounds` fitted inside the padding. */
export class Projection {
  readonly scale: number;
  private readonly left: number;
  private readonly top: number;

  constructor(bounds: Bounds, width: number, height: number, pad: Padding) {
    const [x0, y0] = mercator([bounds.west, bounds.north]);
    const [x1, y1] = mercator([bounds.east, bounds.south]);
    const inner = [Math.max(1, width - pad.left - pad.right), Math.max(1, height - pad.top - pad.bottom)] as const;
    this.scale = Math.min(inner[0] / (x1 - x0), inner[1] / (y1 - y0));
    this.left = pad.left + inner[0] / 2 - ((x0 + x1) / 2) * this.scale;
    this.top = pad.top + inner[1] / 2 - ((y0 + y1) / 2) * this.scale;
  }

  point = (at: Position): [number, number] => {
    const [x, y] = mercator(at);
    return [this.left + x * this.scale, this.top + y * this.scale];
  };

  /** An SVG path of a polygon or line geometry. */
  path = (geometry: Geometry): string => {
    const ring = (ps: Position[], close: boolean): string =>
      ps
        .map((p, i) => {
          const [x, y] = this.point(p);
          return `${i ? 'L' : 'M'}${x.toFixed(1)} ${y.toFixed(1)}`;
        })
        .join('') + (close ? 'Z' : '');
    return lines(geometry)
      .map((l) => ring(l, geometry.type.endsWith('Polygon')))
      .join('');
  };
}

/** Every ring or line of a geometry. */
export function lines(geometry: Geometry): Position[][] {
  switch (geometry.type) {
    case 'Polygon':
    case 'MultiLineString':
      return geometry.coordinates;
    case 'MultiPolygon':
      return geometry.coordinates.flat();
    case 'LineString':
      return [geometry.coordinates];
    case 'GeometryCollection':
      return geometry.geometries.flatMap(lines);
    default:
      return [];
  }
}

/** Every polygon of a geometry. */
export function polygons(geometry: Geometry): Position[][][] {
  if (geometry.type === 'Polygon') return [geometry.coordinates];
  if (geometry.type === 'MultiPolygon') return geometry.coordinates;
  return [];
}

const distance = (a: [number, number], b: [number, number]): number => Math.hypot(b[0] - a[0], b[1] - a[1]);

/** How far along a line, from 0 to 1, its n-th point is. */
export function share(line: Position[], n: number): number {
  const flat = line.map(mercator);
  const steps = flat.slice(1).map((p, i) => distance(flat[i] ?? p, p));
  const total = steps.reduce((a, b) => a + b, 0);
  return total ? steps.slice(0, n).reduce((a, b) => a + b, 0) / total : 0;
}

/** The part of a line between two shares (0–1) of its length. */
export function slice(line: Position[], from: number, to: number): Position[] {
  const flat = line.map(mercator);
  const steps = flat.slice(1).map((p, i) => distance(flat[i] ?? p, p));
  const total = steps.reduce((a, b) => a + b, 0);
  const at = (share: number): Position => {
    let rest = share * total;
    for (let i = 0; i < steps.length; i += 1) {
      const step = steps[i] ?? 0;
      const a = line[i];
      const b = line[i + 1];
      if (a && b && (rest <= step || i === steps.length - 1)) {
        const f = step ? Math.min(1, rest / step) : 0;
        return [(a[0] ?? 0) + ((b[0] ?? 0) - (a[0] ?? 0)) * f, (a[1] ?? 0) + ((b[1] ?? 0) - (a[1] ?? 0)) * f];
      }
      rest -= step;
    }
    return line.at(-1) ?? [0, 0];
  };
  let walked = 0;
  const inner: Position[] = [];
  steps.forEach((step, i) => {
    walked += step;
    const p = line[i + 1];
    if (p && walked > from * total && walked < to * total) inner.push(p);
  });
  return [at(from), ...inner, at(to)];
}

/** Compass bearing on the page, clockwise from up, of the last step of a line. */
export function bearing(line: Position[]): number {
  const b = mercator(line.at(-1) ?? [0, 0]);
  const a = mercator(line.at(-2) ?? [0, 0]);
  return (Math.atan2(b[0] - a[0], -(b[1] - a[1])) * 180) / Math.PI;
}

/** Round steps for a scale bar or a graticule. */
export function roundStep(span: number, parts: number): number {
  const raw = span / parts;
  const power = 10 ** Math.floor(Math.log10(raw));
  return [1, 2, 5, 10].map((m) => m * power).find((s) => s >= raw) ?? raw;
}

/** Meridians and parallels across `bounds`, at steps that suit the span of what the map is about. */
export function graticule(bounds: Bounds, about: Bounds): { lons: number[]; lats: number[] } {
  const span = Math.max(about.east - about.west, about.north - about.south);
  const step = [0.1, 0.25, 0.5, 1, 2, 5, 10].find((s) => span / s <= 5) ?? 20;
  const run = (low: number, high: number): number[] => {
    const list: number[] = [];
    for (let v = Math.ceil(low / step) * step; v <= high; v += step) list.push(Number(v.toFixed(4)));
    return list;
  };
  return { lons: run(bounds.west, bounds.east), lats: run(bounds.south, bounds.north) };
}

/** 115.5 → 115°30′E */
export function degrees(value: number, axis: 'lon' | 'lat'): string {
  const whole = Math.floor(Math.abs(value));
  const minutes = Math.round((Math.abs(value) - whole) * 60);
  const side = axis === 'lon' ? (value < 0 ? 'W' : 'E') : value < 0 ? 'S' : 'N';
  return `${whole}°${minutes ? `${String(minutes).padStart(2, '0')}′` : ''}${side}`;
}
