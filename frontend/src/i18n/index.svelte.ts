import { view } from '../data/view.svelte';
import { en } from './en';
import type { Shape, Words } from './words';
import { zh } from './zh';

const dictionaries: Record<'zh' | 'en', Words> = { zh, en };

/** The words of the page in the language of the address. Call it where it is shown, so that the switch is live. */
export const t = (): Words => dictionaries[view.lang];

/** The words of one view, beside those that all share. Its English must have every word of its Chinese. */
export const words =
  <T>(chinese: T, english: Shape<T>) =>
  (): Shape<T> =>
    view.lang === 'en' ? english : (chinese as Shape<T>);

/** So many of something in English: 1 county, 2 counties. */
export const many = (n: number, one: string, more = `${one}s`): string => `${n} ${n === 1 ? one : more}`;

/** A thing with a Chinese name and, perhaps, an English one. */
export interface Named {
  name: string;
  nameEn: string;
}

const han = /\p{Script=Han}/u;

/** The language of a run of text, for its `lang` attribute: names without an English form come back in Chinese. */
export const langOf = (text: string): 'zh-CN' | 'en' => (han.test(text) ? 'zh-CN' : 'en');

/** The name in the page's language. */
export const nameOf = (thing: Named): string => (view.lang === 'en' ? thing.nameEn : thing.name);

/** The name in the other language, or nothing when there is only one. */
export const otherName = (thing: Named): string | undefined =>
  thing.name === thing.nameEn ? undefined : view.lang === 'en' ? thing.name : thing.nameEn;

/** One of a Chinese and an English text. */
export const pick = (chinese: string, english: string | null | undefined): string =>
  view.lang === 'en' && english ? english : chinese;

/** Exact decimals as they came, grouped by thousands and never broken between lines; never through a float. */
export function grouped(value: string): string {
  const [whole = '', fraction] = value.split('.');
  const sign = whole.startsWith('-') ? '−' : '';
  const digits = whole.replace('-', '').replace(/\B(?=(\d{3})+$)/g, view.lang === 'en' ? ',' : '\u00a0');
  return sign + digits + (fraction ? `.${fraction}` : '');
}

const digits = '〇一二三四五六七八九';

/** A number of a heading: 十三 in Chinese, 13 in English. */
export function ordinal(n: number): string {
  if (view.lang === 'en' || n < 1 || n > 99) return String(n);
  const [tens, ones] = [Math.floor(n / 10), n % 10];
  return `${tens > 1 ? digits[tens] : ''}${tens ? '十' : ''}${ones ? digits[ones] : ''}`;
}
