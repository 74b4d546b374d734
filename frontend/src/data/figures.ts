import type { CatalogueQuery, FiguresQuery, ObservationStatus } from '../gql/graphql';

export type Indicator = CatalogueQuery['indicators'][number];
export type Plan = CatalogueQuery['plans'][number];

/** How many places have an indicator, and whether a target of the plan counts places by it. */
export interface Spread {
  zones: number;
  regions: number;
  measured: boolean;
}

/** One cell of the chosen indicator. `value` is the exact text; `size` only places it on a scale. */
export interface Cell {
  value: string | undefined;
  size: number | undefined;
  status: ObservationStatus;
  sample: boolean;
}

/** How long a period is, by its code. */
export type Step = 'Y' | 'H' | 'Q' | 'M';
export const stepOf = (code: string): Step => (code.split('-')[1]?.[0] as Step | undefined) ?? 'Y';

export interface PeriodColumn {
  code: string;
  step: Step;
  label: string;
  labelEn: string;
  /** Places with a value. */
  reported: number;
  /** Places that have any cell of this indicator in some period. */
  expected: number;
  provisional: boolean;
  /** Nothing in this period has a value: not reported, or not due yet. */
  gap: 'missing' | 'not_due' | undefined;
  sample: boolean;
}

/** Ratios, rates and indices go on fills; amounts and counts go on symbols. */
export const isRate = (indicator: Indicator): boolean =>
  indicator.additivity === 'NON_ADDITIVE' ||
  indicator.unit.dimension === 'RATIO' ||
  indicator.unit.dimension === 'INDEX';

/** '2024' < '2024-H1' < '2024-H2'; years first, then the part by where it ends, so that time runs to the right. */
function order(code: string): number {
  const [year = '0', part] = code.split('-');
  const number = Number(part?.slice(1) ?? 0);
  const end = !part ? 12.3 : part[0] === 'H' ? number * 6 + 0.2 : part[0] === 'Q' ? number * 3 + 0.1 : number;
  return Number(year) * 100 + end;
}

/** Above zero when the first period is the later one. */
export const newer = (a: string, b: string): number => order(a) - order(b);

/** One indicator over places and periods. */
export class Figures {
  readonly periods: PeriodColumn[];
  private readonly labels = new Map<string, { label: string; labelEn: string }>();
  /** Class borders, the same in every period: at most five classes. */
  readonly breaks: number[];
  /** Largest value of any period: the scale of the symbols. */
  readonly max: number;
  private readonly cells = new Map<string, Map<string, Cell>>();

  constructor(
    readonly indicator: Indicator,
    data: FiguresQuery,
    /** The region that holds the others: its figure is no part of the map. */
    root: string | undefined,
    breaks: (values: number[], places: number) => number[] = niceBreaks,
  ) {
    const places = [...data.regions.nodes.filter((r) => r.code !== root), ...data.zones.nodes];
    for (const place of places) {
      const series = place.series.nodes;
      // Year-to-date and in-period figures never share an axis: the indicator's own way of counting goes first.
      const own = series.find((s) => s.accumulation === indicator.accumulation) ?? series[0];
      if (!own) continue;
      const row = new Map<string, Cell>();
      for (const point of own.points) {
        const value = point.quantity?.value ?? undefined;
        if (row.get(point.period.code)?.value !== undefined && value === undefined) continue;
        row.set(point.period.code, {
          value,
          size: value === undefined ? undefined : Number(value),
          status: point.status,
          sample: point.sample,
        });
        this.labels.set(point.period.code, point.period);
      }
      if (row.size) this.cells.set(place.code, row);
    }
    this.periods = this.columns([...this.cells.values()]);
    const sizes = [...this.cells.values()].flatMap((row) => [...row.values()].flatMap((c) => c.size ?? []));
    this.max = Math.max(0, ...sizes);
    this.breaks = isRate(indicator) ? breaks(sizes, this.cells.size) : [];
  }

  /** What each period comes to over some places, in the order of time. */
  private columns(rows: Map<string, Cell>[]): PeriodColumn[] {
    const columns = [...this.labels].map(([code, { label, labelEn }]) => {
      const column = rows.map((row) => row.get(code)).filter((c) => c !== undefined);
      const withValue = column.filter((c) => c.value !== undefined);
      const due = column.length === 0 || column.some((c) => c.status !== 'NOT_YET_DUE');
      return {
        code,
        step: stepOf(code),
        label,
        labelEn,
        reported: withValue.length,
        expected: rows.length,
        provisional: withValue.some((c) => c.status !== 'NORMAL' && c.status !== 'REVISED_DEFINITION'),
        gap: withValue.length ? undefined : due ? 'missing' : 'not_due',
        sample: withValue.some((c) => c.sample),
      } satisfies PeriodColumn;
    });
    return columns.sort((a, b) => order(a.code) - order(b.code));
  }

  /** The same figures counted over some places only; the borders of the classes and the scale stay those of all. */
  only(places: ReadonlySet<string>): Figures {
    const rows = [...this.cells].flatMap(([code, row]) => (places.has(code) ? [row] : []));
    return Object.assign(Object.create(this) as Figures, {
      periods: this.columns(rows),
      covers: (place: string) => places.has(place) && this.cells.has(place),
    });
  }

  cell = (place: string, period: string | undefined): Cell | undefined =>
    period === undefined ? undefined : this.cells.get(place)?.get(period);

  /** Whether any period has a cell for the place: if not, nobody expects a figure there. */
  covers = (place: string): boolean => this.cells.has(place);

  /** Lengths of period that have figures, longest first. */
  get steps(): Step[] {
    return (['Y', 'H', 'Q', 'M'] as const).filter((s) => this.periods.some((p) => p.step === s));
  }

  /** The newest well-reported period of a length. */
  newestOf(step: Step | undefined): string | undefined {
    const row = this.periods.filter((p) => p.step === step);
    const most = Math.max(0, ...row.map((p) => p.reported));
    return row.findLast((p) => p.reported > 0 && p.reported >= most * 0.8)?.code ?? row.at(-1)?.code;
  }

  /** What a visitor sees first: the newest well-reported year, or else the next shorter length. */
  get newest(): string | undefined {
    return this.newestOf(this.steps[0]);
  }

  /** The neighbour of a period among those of its own length. */
  beside(period: string | undefined, by: 1 | -1): string | undefined {
    const row = this.periods.filter((p) => p.step === stepOf(period ?? ''));
    return row[row.findIndex((p) => p.code === period) + by]?.code;
  }

  classOf(value: number): number {
    let k = 0;
    while (k < this.breaks.length && value >= (this.breaks[k] ?? Infinity)) k += 1;
    return k;
  }

  /** The bounds of each class as text, low first. */
  get classes(): { from: number | undefined; to: number | undefined }[] {
    return Array.from({ length: this.breaks.length + 1 }, (_, k) => ({ from: this.breaks[k - 1], to: this.breaks[k] }));
  }
}

/** Years in between of which nobody says anything are gaps too: time runs evenly, and nothing is joined across them. */
export function withGaps(periods: PeriodColumn[]): PeriodColumn[] {
  const first = periods[0];
  const last = periods.at(-1);
  if (!first || !last || first.step !== 'Y') return periods;
  const known = new Map(periods.map((p) => [p.code, p]));
  const years: PeriodColumn[] = [];
  for (let year = Number(first.code); year <= Number(last.code); year += 1) {
    const code = String(year);
    const empty = { ...first, code, label: `${code}年`, labelEn: code, reported: 0, provisional: false, sample: false };
    years.push(known.get(code) ?? { ...empty, gap: 'missing' });
  }
  return years;
}

/** No more classes than five, than there are places, or than there are different values. */
const most = (values: number[], places: number): number => Math.max(1, Math.min(5, places, new Set(values).size));

/** Borders so that about as many values lie in each class, over all periods together; equal values share a class. */
export function evenBreaks(values: number[], places: number): number[] {
  const sorted = [...values].sort((a, b) => a - b);
  const classes = most(values, places);
  const breaks = new Set<number>();
  for (let k = 1; k < classes; k += 1) {
    const value = sorted[Math.round((k * sorted.length) / classes)];
    if (value !== undefined && value > (sorted[0] ?? 0)) breaks.add(value);
  }
  return [...breaks];
}

/** At most four round borders, so at most five classes, over all periods together. */
export function niceBreaks(values: number[], places = 5): number[] {
  const low = Math.min(...values);
  const high = Math.max(...values);
  const limit = most(values, places) - 1;
  if (!values.length || low === high || limit < 1) return [];
  const raw = (high - low) / 5;
  const power = 10 ** Math.floor(Math.log10(raw));
  const steps = [1, 2, 2.5, 5, 10, 20, 25, 50];
  for (const step of steps) {
    const width = step * power;
    const first = Math.floor(low / width) * width + width;
    const breaks: number[] = [];
    for (let b = first; b < high; b += width) breaks.push(Number(b.toPrecision(12)));
    if (breaks.length <= limit) return breaks;
  }
  return [];
}
