import type { Atlas, Role } from '../data/atlas';
import type { Figures } from '../data/figures';
import { nameOf } from '../i18n/index.svelte';
import type { Words } from '../i18n/words';
import { type Mark, markOf } from '../map/scene';

export interface Row {
  kind: 'region' | 'zone';
  code: string;
  name: string;
  nameEn: string;
  /** Where a zone lies, or nothing. */
  hosts: string;
  roles: Role[];
  mark: Mark;
  size: number | undefined;
}

/** The places of the map as rows: counties first, then zones. */
export function rowsOf(atlas: Atlas, figures: Figures | undefined, period: string | undefined): Row[] {
  const size = (code: string): number | undefined => figures?.cell(code, period)?.size;
  return [
    ...atlas.leaves.map((r): Row => ({
      kind: 'region',
      code: r.code,
      name: r.name,
      nameEn: r.nameEn,
      hosts: '',
      roles: atlas.rolesOf(r.code),
      mark: markOf(r.code, figures, period),
      size: size(r.code),
    })),
    ...atlas.zones.map((z): Row => ({
      kind: 'zone',
      code: z.code,
      name: z.name,
      nameEn: z.nameEn,
      hosts: z.host.map(nameOf).join(' · '),
      roles: atlas.rolesOfZone(z),
      mark: markOf(z.code, figures, period),
      size: size(z.code),
    })),
  ];
}

/** Largest first; places without a value keep their order at the end. */
export const byValue = (a: Row, b: Row): number => (b.size ?? -Infinity) - (a.size ?? -Infinity) || 0;

/** What stands in the cell of a mark: the number, or the word for why there is none. */
export function cellText(mark: Mark, words: Words): string {
  switch (mark.kind) {
    case 'class':
    case 'size':
      return mark.text;
    case 'missing':
      return words.missing;
    case 'not_due':
      return words.notDue;
    case 'suppressed':
      return words.suppressed;
    case 'none':
      return '–';
  }
}

/** The status of a value in a word; empty for a final one. */
export const statusText = (mark: Mark, words: Words): string =>
  mark.kind === 'class' || mark.kind === 'size' ? (mark.provisional ? words.provisional : words.final) : '';

export const isGap = (mark: Mark): boolean =>
  mark.kind === 'missing' || mark.kind === 'suppressed' || mark.kind === 'not_due';
