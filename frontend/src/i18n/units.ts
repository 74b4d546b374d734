import { compare, moved } from '../data/decimals';
import { view } from '../data/view.svelte';
import { grouped } from './index.svelte';

export interface Unit {
  code: string;
  symbol: string;
  symbolEn: string;
}

/** What stands around a number, and by how many places its decimal point moves. */
interface Reading {
  before: string;
  after: string;
  move: number;
}

const words = {
  money: { 9: 'bn', 6: 'm', 0: '' },
  count: { 9: 'billion', 6: 'million', 0: '' },
} as const;

/**
 * English has no 万 and no 亿. In a column all values of a unit have one scale: yuan in 亿 are read in billions, in 万 in
 * millions; things in 亿 in millions, in 万 one by one. Alone, or beside another value that it is `like`, an amount takes
 * the scale that fits, as the texts of the server do. Only the point moves: no digit comes or goes.
 */
function reading(unit: Unit, like?: string): Reading {
  if (view.lang !== 'en') return { before: '', after: unit.symbol, move: 0 };
  const power = Number(/-1e(\d+)$/.exec(unit.code)?.[1] ?? 0);
  const noun = unit.symbolEn.replace(/^(10k|100M) ?/, '');
  const money = noun === 'CNY';
  const reaches = (scale: number): boolean =>
    like !== undefined && compare(like.replace('-', ''), moved('1', scale - power)) >= 0;
  const usual = power > 6 ? (money ? 9 : 6) : power > 0 && money ? 6 : 0;
  // Things in 万 and less are written out, however many they are.
  const scales = money ? ([9, 6] as const) : power > 6 ? ([9] as const) : [];
  const scale = like === undefined ? usual : (scales.find(reaches) ?? (money ? 0 : usual));
  const word = words[money ? 'money' : 'count'][scale];
  return money
    ? { before: noun, after: word, move: power - scale }
    : { before: '', after: [word, noun].filter(Boolean).join(' '), move: power - scale };
}

/** How the unit of a column is written in the page's language: English counts enterprises and items without a word. */
export function symbolOf(unit: Unit): string {
  const { before, after } = reading(unit);
  return [before, after].filter(Boolean).join(' ');
}

/** A number of such a column; or one beside an amount that stands alone, at the scale of that. */
export const inColumn = (value: string, unit: Unit, like?: string): string =>
  grouped(moved(value, reading(unit, like).move));

/** The parts of an amount: CNY, 6.26 and bn; in Chinese the number and its unit. A minus goes before the currency. */
export interface Parts {
  before: string;
  number: string;
  after: string;
}

function parts(value: string, { before, after, move }: Reading): Parts {
  const number = grouped(moved(value, move));
  if (!before || !number.startsWith('−')) return { before, number, after };
  return { before: `−${before}`, number: number.slice(1), after };
}

/** An amount that stands alone. */
export const partsOf = (value: string, unit: Unit): Parts => parts(value, reading(unit, value));

const run = ({ before, number, after }: Parts): string => {
  const gap = after && !(after === '%' && view.lang === 'en') ? ' ' : '';
  return `${before && `${before} `}${number}${gap}${after}`;
};

/** An amount in one run of text: 62.6 亿元, CNY 6.26 bn, 13,100 and 30%. */
export const withUnit = (value: string, unit: Unit): string => run(partsOf(value, unit));

/** An amount of a column with its unit, beside others of the column. */
export const columnText = (value: string, unit: Unit): string => run(parts(value, reading(unit)));
