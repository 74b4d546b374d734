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

/** Puts texts on the map in the order of their weight; what finds no room stays in the table and the drawer. */
function place(wishes: Wish[], taken: Box[], frame: Frame): Map<string, [number, number]> {
  const boxes = [...taken];
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

/** Counties' names first, then zones, then roles and values; the keys are `name:`, `zone:` and `under:` with the code. */
export function arrange(
  scene: Scene,
  project: (at: Position) => [number, number],
  small: boolean,
  texts: Texts,
  frame: Frame,
): Map<string, [number, number]> {
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
  const size = small ? 14 : 18;
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
  const names = place(wishes, signs, frame);
  if (small) return names;
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
  return new Map([...names, ...place(under, [...signs, ...written], frame)]);
}
