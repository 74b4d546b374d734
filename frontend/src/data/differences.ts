import { compare, minus, over } from './decimals';
import type { Indicator } from './figures';

/** How some places differ in one figure, to be said in words. */
export type Difference =
  | { kind: 'few' }
  | { kind: 'same' }
  /** Shares and rates: in percentage points. */
  | { kind: 'points'; high: string; low: string; by: string }
  /** So little apart that the words say so first. */
  | { kind: 'close'; high: string; low: string; percent: string }
  | { kind: 'percent'; high: string; low: string; percent: string }
  | { kind: 'times'; high: string; low: string; times: string }
  /** Indices, and wherever a ratio would mean nothing. */
  | { kind: 'by'; high: string; low: string; by: string };

export interface Valued {
  name: string;
  value: string;
}

/** Highest against lowest; exact until the last step, which is rounded once. */
export function difference(indicator: Indicator, places: Valued[]): Difference {
  const sorted = [...places].sort((a, b) => compare(b.value, a.value));
  const top = sorted[0];
  const bottom = sorted.at(-1);
  if (!top || !bottom || sorted.length < 2) return { kind: 'few' };
  const by = minus(top.value, bottom.value);
  if (compare(by, '0') === 0) return { kind: 'same' };
  const pair = { high: top.name, low: bottom.name };
  const { dimension } = indicator.unit;
  if (dimension === 'RATIO') return { kind: 'points', ...pair, by };
  if (dimension === 'INDEX' || compare(bottom.value, '0') <= 0) return { kind: 'by', ...pair, by };
  const times = over(top.value, bottom.value, 1) ?? '';
  if (compare(times, '2') >= 0) return { kind: 'times', ...pair, times };
  const percent = minus(over(`${top.value}`, bottom.value, 2) ?? '1', '1').replace(/^0\.0?(\d+)$/, '$1');
  if (Number(percent) < 10) return { kind: 'close', ...pair, percent };
  return { kind: 'percent', ...pair, percent };
}
