import { t } from '../i18n/index.svelte';
import { columnText, inColumn, symbolOf } from '../i18n/units';
import { type Figures, isRate } from './figures';

/** What the marks of a figure mean on a map, with how many places carry each in one period. */
export interface Key {
  rate: boolean;
  unit: string;
  /** Classes of a rate, low first; none for a total. */
  classes: { text: string; count: number }[];
  /** Two round sizes to read the symbols of a total by, each with its unit. */
  sizes: { value: number; share: number; text: string }[];
  absent: number;
  withheld: number;
  provisional: number;
}

export function keyOf(figures: Figures, period: string | undefined, places: readonly string[]): Key {
  const cells = places.filter(figures.covers).map((code) => figures.cell(code, period));
  const rate = isRate(figures.indicator);
  const withheld = cells.filter((c) => c?.status === 'SUPPRESSED').length;
  const text = (value: number | undefined): string =>
    value === undefined ? '' : inColumn(String(value), figures.indicator.unit);
  const power = 10 ** Math.floor(Math.log10(figures.max || 1));
  const top = [5, 2, 1].map((m) => m * power).find((v) => v <= figures.max) ?? power;
  return {
    rate,
    unit: symbolOf(figures.indicator.unit),
    classes: rate
      ? figures.classes.map(({ from, to }, k) => ({
          text: !figures.breaks.length
            ? t().value
            : from === undefined
              ? `< ${text(to)}`
              : to === undefined
                ? `≥ ${text(from)}`
                : `${text(from)}–${text(to)}`,
          count: cells.filter((c) => c?.size !== undefined && figures.classOf(c.size) === k).length,
        }))
      : [],
    sizes:
      rate || figures.max <= 0
        ? []
        : [top, top / 4].map((value) => ({
            value,
            share: value / figures.max,
            text: columnText(String(value), figures.indicator.unit),
          })),
    absent: cells.filter((c) => c?.size === undefined).length - withheld,
    withheld,
    provisional: cells.filter(
      (c) => c?.value !== undefined && c.status !== 'NORMAL' && c.status !== 'REVISED_DEFINITION',
    ).length,
  };
}
