import type { AimFragment, LedgerRowFragment, Light, ProgressQuery } from '../gql/graphql';

export type Task = LedgerRowFragment;
export type Aim = AimFragment;
type Series = Extract<ProgressQuery['nodes'][number], { series: unknown }>['series']['nodes'][number];
export type Point = Series['points'][number];

/** The lights in the order in which a meeting wants to see them, done first on the strip. */
export const lights: Light[] = ['DONE', 'GREEN', 'AMBER', 'RED', 'NOT_DUE', 'NO_DATA', 'NOT_MEASURABLE'];
/** What needs somebody's attention, worst first. */
export const wanting: Light[] = ['RED', 'AMBER'];

export const countBy = (tasks: Task[]): Map<Light, number> => {
  const count = new Map<Light, number>();
  for (const { assessment } of tasks) count.set(assessment.light, (count.get(assessment.light) ?? 0) + 1);
  return count;
};

interface Unit {
  code: string;
  name: string;
  nameEn: string;
}
interface Answered<Edge> {
  units: { edges: Edge[] };
}

/** Who answers for a task: its leads, or where the text names none, those responsible. */
export function leadsOf<Edge extends { role: string }>(task: Answered<Edge>): Edge[] {
  const { edges } = task.units;
  const leads = edges.filter((e) => e.role === 'LEAD');
  return leads.length ? leads : edges.filter((e) => e.role !== 'SUPPORT');
}

/** Which units answer for tasks without a figure, and for how many, most first. */
export function owing<T extends Answered<{ role: string; node: Unit }> & { assessment: { light: Light } }>(
  tasks: T[],
): { unit: Unit; n: number }[] {
  const owed = new Map<string, { unit: Unit; n: number }>();
  for (const task of tasks.filter((x) => x.assessment.light === 'NO_DATA')) {
    for (const { node } of leadsOf(task)) {
      const entry = owed.get(node.code) ?? { unit: node, n: 0 };
      entry.n += 1;
      owed.set(node.code, entry);
    }
  }
  return [...owed.values()].sort((a, b) => b.n - a.n);
}

export interface Filters {
  group: string | undefined;
  unit: string | undefined;
  light: string | undefined;
  kind: string | undefined;
  place: string | undefined;
}

export const passes = (task: Task, f: Filters): boolean =>
  (!f.group || String(task.group.number) === f.group) &&
  (!f.unit || task.units.edges.some((e) => e.node.code === f.unit)) &&
  (!f.light || task.assessment.light === f.light) &&
  (!f.kind || task.kind === f.kind) &&
  (!f.place || task.places.edges.some((e) => e.node.code === f.place && !e.cityWide));

/** Worst first; what cannot be judged comes last. */
const weight: Light[] = ['RED', 'AMBER', 'NO_DATA', 'GREEN', 'NOT_DUE', 'DONE', 'NOT_MEASURABLE'];
export const byLight = (a: Task, b: Task): number =>
  weight.indexOf(a.assessment.light) - weight.indexOf(b.assessment.light) || a.number - b.number;

/** The target that a task's row shows: the one that decided its light, or else its first. */
export function shownAim(task: Task): Aim | undefined {
  const deciding = task.assessment.parts.find((p) => p.light === task.assessment.light)?.target.code;
  return task.targets.find((a) => a.code === deciding) ?? task.targets[0];
}

/** What a target must reach and when: its milestones in time, or only its end. */
export interface Stop {
  period: Aim['period'];
  quantity: Aim['quantity'];
  comparator: Aim['comparator'];
  state: 'reached' | 'missed' | 'due' | 'open';
  restored: boolean;
}

const stateOf = (light: Light): Stop['state'] =>
  light === 'DONE' || light === 'GREEN'
    ? 'reached'
    : light === 'RED' || light === 'AMBER'
      ? 'missed'
      : light === 'NO_DATA'
        ? 'open'
        : 'due';

export function stopsOf(aim: Aim): Stop[] {
  const stops = aim.milestones.map((m): Stop => ({
    period: m.period,
    quantity: m.quantity,
    comparator: m.comparator,
    state: stateOf(m.assessment.light),
    restored: m.unitRestored,
  }));
  if (!stops.some((s) => s.period.code === aim.period.code)) {
    const { period, quantity, comparator, unitRestored: restored, assessment } = aim;
    stops.push({ period, quantity, comparator, state: stateOf(assessment.light), restored });
  }
  return stops.sort((a, b) => a.period.end.localeCompare(b.period.end));
}

/** Where a value stands on a bar of equal steps, linear inside each: 0 at its start, 1 at the last stop. */
export function placeOf(value: number, stops: Stop[]): number {
  const marks = stops.map((s) => Number(s.quantity.value));
  let before = 0;
  for (const [k, mark] of marks.entries()) {
    if (value < mark) {
      const part = mark > before ? Math.max(0, (value - before) / (mark - before)) : 1;
      return (k + part) / marks.length;
    }
    before = mark;
  }
  return 1;
}

/** Where a bar should stand on a day: between the stops before and after it. Only drawn, never judged by. */
export function dueOf(day: string, stops: Stop[]): number | undefined {
  const next = stops.findIndex((s) => s.period.end > day);
  if (next < 0 || stops.length < 2 || next === 0) return undefined;
  const from = Date.parse(stops[next - 1]?.period.end ?? '');
  const to = Date.parse(stops[next]?.period.end ?? '');
  return (next + (Date.parse(day) - from) / (to - from)) / stops.length;
}

/** The figures of targets, by subject and indicator. */
export class Progress {
  private readonly rows = new Map<string, Series[]>();

  constructor(data: ProgressQuery) {
    for (const node of data.nodes) {
      if (!node || !('series' in node)) continue;
      for (const series of node.series.nodes) {
        const key = `${node.code} ${series.indicator.code}`;
        this.rows.set(key, [...(this.rows.get(key) ?? []), series]);
      }
    }
  }

  /** Every figure of a target, oldest first; where two end on one day, the longer period last. */
  all(aim: Aim): Point[] {
    const points = (this.rows.get(`${aim.subject.code} ${aim.indicator.code}`) ?? []).flatMap((s) => s.points);
    return points.sort(
      (a, b) => a.period.end.localeCompare(b.period.end) || b.period.code.length - a.period.code.length,
    );
  }

  /** The figures of the kind of period that the target speaks of, or else those of the series that reaches furthest. */
  of(aim: Aim): Point[] {
    const long = aim.period.code.length;
    const told = (s: Series) => s.points.filter((p) => p.quantity);
    const all = this.rows.get(`${aim.subject.code} ${aim.indicator.code}`) ?? [];
    const own = all.filter((s) => told(s).some((p) => p.period.code.length === long));
    const newest = (s: Series) => told(s).at(-1)?.period.end ?? '';
    return [...(own.length ? own : all)].sort((a, b) => newest(b).localeCompare(newest(a)))[0]?.points ?? [];
  }

  /** The newest figure that has a value. */
  newest = (aim: Aim): Point | undefined => this.all(aim).findLast((p) => p.quantity);
}

/** Whole months from the end of a period to a day; nothing while it has not ended. */
export function monthsSince(end: string, day: string): number | undefined {
  if (end > day) return undefined;
  const [y = 0, m = 0, d = 0] = end.split('-').map(Number);
  const [Y = 0, M = 0, D = 0] = day.split('-').map(Number);
  // The last day of a month counts as its full month, whatever its length.
  return Math.max(0, (Y - y) * 12 + (M - m) - (D < Math.min(d, 28) ? 1 : 0));
}
