import type { FiguresFragment, RegionPeersQuery, ZonePeersQuery } from '../gql/graphql';
import { compare, median } from './decimals';
import { type Indicator, newer, stepOf } from './figures';

type Point = FiguresFragment['nodes'][number]['points'][number];
type Peer = ZonePeersQuery['zones']['nodes'][number] | RegionPeersQuery['regions']['nodes'][number];

/** One figure of a place, and the same figure of the places beside it. */
export interface FigureRow {
  indicator: Indicator;
  point: Point;
  accumulation: string;
  /** Values of all places of the kind in the same period, this one among them. */
  among: { code: string; name: string; nameEn: string; value: string; sample: boolean }[];
  median: string | undefined;
  /** Position from the top, and how many share it. */
  rank: number | undefined;
  ties: number;
}

export interface Missing {
  indicator: Indicator;
  point: Point | undefined;
}

const steps = ['Y', 'H', 'Q', 'M'];
/** A whole year before a part of it, then the newest. */
const better = (a: Point, b: Point): number =>
  steps.indexOf(stepOf(a.period.code)) - steps.indexOf(stepOf(b.period.code)) || newer(b.period.code, a.period.code);

/** The figure to show of a series: what somebody published goes before what was made up, however new that is. */
export function chosen(points: Point[]): Point | undefined {
  const held = points.filter((p) => p.quantity).sort(better);
  return held.find((p) => !p.sample) ?? held[0];
}

/**
 * What a place has and what it lacks. `expected` are the indicators that most places of its kind have: of these, one without
 * a value here is missing, and its steward owes it.
 */
export function figuresOf(
  series: FiguresFragment['nodes'],
  indicators: Indicator[],
  expected: ReadonlySet<string>,
): { rows: FigureRow[]; missing: Missing[] } {
  const rows: FigureRow[] = [];
  const missing: Missing[] = [];
  for (const indicator of indicators) {
    const own = series.filter((s) => s.indicator.code === indicator.code);
    const first =
      own.find((s) => s.accumulation === indicator.accumulation && chosen(s.points)) ??
      own.find((s) => chosen(s.points));
    const point = first && chosen(first.points);
    if (first && point) {
      rows.push({
        indicator,
        point,
        accumulation: first.accumulation,
        among: [],
        median: undefined,
        rank: undefined,
        ties: 0,
      });
    } else if (own.length || expected.has(indicator.code)) {
      missing.push({ indicator, point: own[0]?.points.at(-1) });
    }
  }
  return { rows, missing };
}

/** The indicators that at least half of some places have: what a reader may expect of one more of them. */
export function usualOf(places: { series: { nodes: { indicator: { code: string } }[] } }[]): Set<string> {
  const count = new Map<string, number>();
  for (const p of places) {
    for (const code of new Set(p.series.nodes.map((s) => s.indicator.code)))
      count.set(code, (count.get(code) ?? 0) + 1);
  }
  return new Set([...count].filter(([, n]) => n * 2 >= places.length).map(([code]) => code));
}

/** Puts the other places' figures of the same period, unit and way of counting beside each row. */
export function beside(rows: FigureRow[], answers: Map<string, Peer[]>, code: string): FigureRow[] {
  return rows.map((row) => {
    const among = (answers.get(row.point.period.code) ?? []).flatMap((peer) => {
      const points = peer.series.nodes
        .filter((s) => s.indicator.code === row.indicator.code && s.accumulation === row.accumulation)
        .flatMap((s) => s.points.filter((p) => p.period.code === row.point.period.code));
      const point = points.find((p) => p.quantity);
      // The place itself comes from the row, once, however many parts the answer has.
      if (peer.code === code) return [];
      if (!point?.quantity || point.quantity.unit.code !== row.point.quantity?.unit.code) return [];
      return [
        { code: peer.code, name: peer.name, nameEn: peer.nameEn, value: point.quantity.value, sample: point.sample },
      ];
    });
    const value = row.point.quantity?.value;
    const self = peersNamed(answers, code);
    if (value !== undefined && self) among.push({ ...self, value, sample: row.point.sample });
    if (value === undefined || among.length < 2) return { ...row, among };
    return {
      ...row,
      among,
      median: median(among.map((a) => a.value)),
      rank: among.filter((a) => compare(a.value, value) > 0).length + 1,
      ties: among.filter((a) => compare(a.value, value) === 0).length,
    };
  });
}

function peersNamed(
  answers: Map<string, Peer[]>,
  code: string,
): { code: string; name: string; nameEn: string } | undefined {
  for (const peers of answers.values()) {
    const found = peers.find((p) => p.code === code);
    if (found) return { code, name: found.name, nameEn: found.nameEn };
  }
  return undefined;
}
