import type { AmountFragment, Comparator } from '../gql/graphql';
import { t } from '../i18n/index.svelte';
import { withUnit } from '../i18n/units';

/** A quantity in one run: ‘≥ 300 亿元’, ‘≥ CNY 30 bn’. */
export function amountText(quantity: AmountFragment, comparator?: Comparator | null): string {
  const sign = comparator && comparator !== 'EQUAL' ? `${t().comparator[comparator]} ` : '';
  return sign + withUnit(quantity.value, quantity.unit);
}
