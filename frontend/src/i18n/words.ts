import type { zh } from './zh';

export type Lang = 'zh' | 'en';

/** The shape of a dictionary: a word that is missing in one language does not compile. */
export type Shape<T> = T extends string
  ? string
  : T extends (...args: infer A) => string
    ? (...args: A) => string
    : { [K in keyof T]: Shape<T[K]> };

export type Words = Shape<typeof zh>;
