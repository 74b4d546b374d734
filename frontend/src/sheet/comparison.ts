import { median } from '../data/decimals';
import { difference } from '../data/differences';
import { type Indicator, newer, stepOf } from '../data/figures';
import type { FiguresFragment } from '../gql/graphql';
import { pick } from '../i18n/index.svelte';
import { inColumn } from '../i18n/units';
import { w } from '../i18n/views/compare';

export type Point = FiguresFragment['nodes'][number]['points'][number];
/** A place that is compared. */
export interface Chosen {
  code: string;
  name: string;
  nameEn: string;
  /** Named as short as a sentence needs. */
  short: string;
  host: { code: string; name: string; nameEn: string }[];
  leading: string[];
  series: FiguresFragment['nodes'];
}

export const pointsOf = (place: Chosen, indicator: Indicator): Point[] => {
  const own = place.series.filter((s) => s.indicator.code === indicator.code);
  return (own.find((s) => s.accumulation === indicator.accumulation) ?? own[0])?.points ?? [];
};
/** A made-up figure never stands in for a published one of the same period. */
const pointIn = (place: Chosen, indicator: Indicator, period: string): Point | undefined => {
  const there = pointsOf(place, indicator).filter((p) => p.period.code === period);
  return there.find((p) => p.quantity && !p.sample) ?? there.find((p) => p.quantity) ?? there[0];
};

/** A period in which something can be compared. */
export interface Common {
  code: string;
  label: string;
  labelEn: string;
  /** How many figures are known for all places, and for any. */
  full: number;
  any: number;
}

export function periodsOf(chosen: Chosen[], measured: Indicator[]): Common[] {
  const labels = new Map<string, { label: string; labelEn: string }>();
  for (const p of chosen)
    for (const s of p.series) for (const x of s.points) if (x.quantity) labels.set(x.period.code, x.period);
  return [...labels]
    .map(([code, names]) => {
      const known = measured.map((i) => chosen.filter((p) => pointIn(p, i, code)?.quantity).length);
      return {
        code,
        ...names,
        full: known.filter((n) => n === chosen.length).length,
        any: known.filter((n) => n > 0).length,
      };
    })
    .sort((a, b) => newer(b.code, a.code));
}

/** The period that is shown unless another is asked for: of years, the newest in which most is known for all. */
export function bestOf(periods: Common[]): Common | undefined {
  const years = periods.filter((p) => stepOf(p.code) === 'Y' && p.full > 0);
  const pool = years.length ? years : periods;
  const most = Math.max(0, ...pool.map((p) => p.full));
  return pool.find((p) => p.full >= most * 0.7) ?? pool[0];
}

/** One indicator over all places. */
export interface Row {
  indicator: Indicator;
  cells: { place: Chosen; point: Point | undefined }[];
  all: string[];
  top: number;
  low: number;
  median: string | undefined;
  words: string;
}

/** What is compared, with the difference in words; `among` says what is known of all places of the kind. */
export function rowsOf(chosen: Chosen[], measured: Indicator[], at: string, among: (i: Indicator) => string[]): Row[] {
  return measured.flatMap((indicator) => {
    const cells = chosen.map((place) => ({ place, point: pointIn(place, indicator, at) }));
    const known = cells.flatMap((c) =>
      c.point?.quantity ? [{ name: c.place.short, value: c.point.quantity.value }] : [],
    );
    if (!known.length) return [];
    const all = among(indicator);
    const numbers = [...all, ...known.map((k) => k.value)].map(Number);
    const absent = cells.filter((c) => !c.point?.quantity).map((c) => c.place.short);
    const d = difference(indicator, known);
    const names = absent.join(pick('、', ', '));
    let text: string;
    switch (d.kind) {
      case 'few':
        text = chosen.length > 1 ? w().few(names) : '';
        break;
      case 'same':
        text = w().same;
        break;
      case 'points':
      case 'by':
        text = w()[d.kind](d.high, d.low, inColumn(d.by, indicator.unit));
        break;
      case 'times':
        text = w().times(d.high, d.low, d.times);
        break;
      default:
        text = w()[d.kind](d.high, d.low, d.percent);
    }
    if (d.kind !== 'few' && absent.length) text += w().alsoMissing(names);
    return [
      {
        indicator,
        cells,
        all,
        top: Math.max(...numbers, 0),
        low: Math.min(...numbers, 0),
        median: all.length > 1 ? median(all) : undefined,
        words: text,
      },
    ];
  });
}

const groupOf = (i: Indicator) =>
  i.unit.dimension === 'RATIO' || i.unit.dimension === 'INDEX'
    ? 'rate'
    : i.unit.dimension === 'AREA' || i.unit.dimension === 'ENERGY' || i.unit.dimension === 'MASS'
      ? 'space'
      : 'size';
export const byKind = (rows: Row[]) =>
  (['size', 'rate', 'space'] as const)
    .map((g) => ({ g, rows: rows.filter((r) => groupOf(r.indicator) === g) }))
    .filter((g) => g.rows.length);
