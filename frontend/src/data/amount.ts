import type { AmountFragment, Comparator } from '../gql/graphql';
import { grouped, symbolOf, t } from '../i18n/index.svelte';

/** A quantity as two texts: the exact number, and how its unit is written in the page's language. */
export const amountOf = (quantity: AmountFragment): { number: string; unit: string } => ({
  number: grouped(quantity.value),
  unit: symbolOf(quantity.unit),
});

/** A quantity in one run: ‘≥ 300 亿元’. */
export function amountText(quantity: AmountFragment, comparator?: Comparator | null): string {
  const { number, unit } = amountOf(quantity);
  const sign = comparator && comparator !== 'EQUAL' ? `${t().comparator[comparator]} ` : '';
  return `${sign}${number}${unit ? ` ${unit}` : ''}`;
}
