import { grouped } from '../i18n/index.svelte';
import { m } from '../i18n/views/map';

/** As many digits as the eye can use, and a unit that needs no zeros. */
const text = (value: number, unit: string): string => {
  const digits = value < 10 ? 2 : value < 1000 ? 1 : 0;
  return `${grouped(value.toFixed(digits))} ${unit}`;
};

export const lengthText = (metres: number): string =>
  metres < 1000 ? `${grouped(metres.toFixed(0))} ${m().metres}` : text(metres / 1000, m().kilometres);

export const areaText = (squareMetres: number): string =>
  squareMetres < 1e6 ? text(squareMetres / 1e4, m().hectares) : text(squareMetres / 1e6, m().squareKilometres);
