import type { Position } from 'geojson';
import type { Area, Scene, ZoneMark } from './scene';

/** A text that wants a place on the plain map; the first candidate that is free of what lies there already is taken. */
interface Wish {
  key: string;
  text: string;
  size: number;
  /** Middle of the text for each candidate, best first. */
  at: [number, number][];
  /** Shown at its best place even where that is taken: a county is never without its name. */
  always: boolean;
}

interface Box {
  left: number;
  top: number;
  right: number;
  bottom: number;
}

const wide = /[\u2e80-\uffef]/;

/** About how wide a text is: a Han character is as wide as it is high, a Latin one about half. */
export const widthOf = (text: string, size: number): number =>
  [...text].reduce((sum, c) => sum + (wide.test(c) ? 1 : 0.56), 0) * size;

const apart = (a: Box, b: Box): boolean =>
  a.right <= b.left || b.right <= a.left || a.bottom <= b.top || b.bottom <= a.top;

/** What the map is drawn in: no text is cut by its edge. */
export interface Frame {
  width: number;
  height: number;
}
const within = (b: Box, f: Frame): boolean => b.left >= 0 && b.top >= 0 && b.right <= f.width && b.bottom <= f.height;

/** Puts texts on the map in the order of their weight, and adds them to what is there; what finds no room stays in the table and the drawer. */
function place(wishes: Wish[], boxes: Box[], frame: Frame): Map<string, [number, number]> {
  const placed = new Map<string, [number, number]>();
  for (const wish of wishes) {
    const w = widthOf(wish.text, wish.size) / 2 + 2;
    const h = wish.size * 0.6 + 1;
    const box = ([x, y]: [number, number]): Box => ({ left: x - w, right: x + w, top: y - h, bottom: y + h });
    const inside = wish.at.filter((at) => within(box(at), frame));
    const free =
      inside.find((at) => boxes.every((b) => apart(b, box(at)))) ??
      (wish.always ? (inside[0] ?? wish.at[0]) : undefined);
    if (!free) continue;
    boxes.push(box(free));
    placed.set(wish.key, free);
  }
  return placed;
}

/** Whether a small map shares the height of a phone with a sheet: its names are smaller then. */
export const tight = (frame: Frame): boolean => frame.height < 400;

/** What the labels of a map say, and how large the signs are that they keep clear of. */
export interface Texts {
  name: (area: Area) => string;
  /** Role or value, below the name. */
  under: (area: Area) => string;
  zone: (zone: ZoneMark) => string;
  side: (zone: ZoneMark) => number;
  /** Radius of the circle that shows an area's total; 0 where there is none. */
  radius: (area: Area) => number;
}

/** Where texts stand, by `name:`, `zone:` or `under:` with the code, and all that lies on the map with them. */
interface Arranged {
  at: Map<string, [number, number]>;
  taken: Box[];
}

/** Counties' names first, then zones, then roles and values. */
export function arrange(
  scene: Scene,
  project: (at: Position) => [number, number],
  small: boolean,
  texts: Texts,
  frame: Frame,
): Arranged {
  const around = ([x, y]: [number, number], half: number): Box => ({
    left: x - half,
    right: x + half,
    top: y - half,
    bottom: y + half,
  });
  const spots = scene.zones.flatMap((z) => (z.at ? [{ z, at: project(z.at), half: texts.side(z) / 2 + 1 }] : []));
  const signs = [
    ...spots.map((s) => around(s.at, s.half)),
    ...scene.hubs.map((h) => around(project(h.at), 10)),
    ...scene.areas.flatMap((a) => (texts.radius(a) ? [around(project(a.at), texts.radius(a))] : [])),
  ];
  const size = small ? (tight(frame) ? 12 : 14) : 18;
  const wishes = scene.areas.map((a): Wish => {
    const [x, y] = project(a.at);
    const w = widthOf(texts.name(a), size) / 2 + 4;
    const r = texts.radius(a);
    const clear = r + size * 0.6 + 2;
    const moves: [number, number][] = [
      ...(r
        ? ([
            [0, -clear],
            [0, clear],
          ] as [number, number][])
        : []),
      ...([0, -14, 14, -24, 24].map((v) => [0, v]) as [number, number][]),
      [-w, 0],
      [w, 0],
      [-w, -16],
      [w, 16],
    ];
    const at = moves.map(([u, v]): [number, number] => [x + u, y + v]);
    return { key: `name:${a.region.code}`, text: texts.name(a), size, at, always: true };
  });
  if (!small) {
    for (const { z, at, half } of spots) {
      const [x, y] = at;
      const reach = half + widthOf(texts.zone(z), 12) / 2 + 4;
      const beside: [number, number][] = [
        [x + reach, y],
        [x - reach, y],
        [x, y + half + 10],
        [x, y - half - 10],
      ];
      wishes.push({ key: `zone:${z.zone.code}`, text: texts.zone(z), size: 12, at: beside, always: false });
    }
  }
  const taken = [...signs];
  const names = place(wishes, taken, frame);
  if (small) return { at: names, taken };
  // A role hangs on its name, wherever that went, so it comes after all of them.
  const written = wishes.flatMap((wish) => {
    const at = names.get(wish.key);
    const w = widthOf(wish.text, wish.size) / 2;
    const h = wish.size * 0.55;
    return at ? [{ left: at[0] - w, right: at[0] + w, top: at[1] - h, bottom: at[1] + h }] : [];
  });
  const under = scene.areas.flatMap((a): Wish[] => {
    const text = texts.under(a);
    const at = names.get(`name:${a.region.code}`);
    if (!text || !at) return [];
    // A long role would lie over the neighbours: it stays in the table and the drawer.
    const { west, east } = a.region.footprint?.bbox ?? { west: 0, east: 0 };
    if (a.mark.kind === 'none' && widthOf(text, 12) > project([east, 0])[0] - project([west, 0])[0]) return [];
    const [x, y] = at;
    const [cx, cy] = project(a.at);
    const r = texts.radius(a);
    const spot: [number, number][] = [
      ...(r ? ([[cx, cy + r + 10]] as [number, number][]) : []),
      [x, y + 19],
      [x, y - 19],
    ];
    return [{ key: `under:${a.region.code}`, text, size: 12, at: spot, always: a.mark.kind !== 'none' }];
  });
  const beneath = [...signs, ...written];
  return { at: new Map([...names, ...place(under, beneath, frame)]), taken: beneath };
}

/** How much of a ribbon its head and its ends keep free of words. */
const ends = 22;

/** Where along a line its words lie clear of all else, as a share of its length, as near to the middle as can be; nothing where there is no room. */
export function along(line: [number, number][], text: string, size: number, taken: Box[]): number | undefined {
  const steps = line.slice(1).map(([x, y], k): { from: [number, number]; by: [number, number]; long: number } => {
    const from = line[k] ?? [x, y];
    return { from, by: [x - from[0], y - from[1]], long: Math.hypot(x - from[0], y - from[1]) };
  });
  const total = steps.reduce((sum, s) => sum + s.long, 0);
  const half = widthOf(text, size) / 2;
  const point = (at: number): [number, number] => {
    let left = at;
    for (const { from, by, long } of steps) {
      if (left <= long) return [from[0] + (by[0] * left) / long, from[1] + (by[1] * left) / long];
      left -= long;
    }
    return line.at(-1) ?? [0, 0];
  };
  const free = (middle: number): boolean => {
    for (let at = middle - half; at <= middle + half; at += size / 2) {
      const [x, y] = point(at);
      const r = size / 2;
      const box = { left: x - r, right: x + r, top: y - r, bottom: y + r };
      if (!taken.every((b) => apart(b, box))) return false;
    }
    return true;
  };
  return [0.5, 0.44, 0.56, 0.38, 0.62, 0.32, 0.68, 0.26, 0.74].find((share) => {
    const middle = share * total;
    return middle - half >= ends && middle + half <= total - ends && free(middle);
  });
}
