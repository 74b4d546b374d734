import type { BetweenQuery, EditionsQuery } from '../gql/graphql';
import { type At, view } from '../data/view.svelte';

export type EditionRow = EditionsQuery['editions'][number];
export type RevisionRow = EditionsQuery['revisions']['nodes'][number];
export type State = BetweenQuery['to'];

/** How a state is written in an address: an edition by its code, a revision as ‘r7’. */
export const slug = (at: At): string => ('edition' in at ? at.edition : `r${at.revision}`);

/** The state of a part of an address, if there is such. An edition whose code looks like a revision's number wins. */
export function stateOf(text: string, list: EditionsQuery): At | undefined {
  if (list.editions.some((e) => e.code === text)) return { edition: text };
  const revision = Number(/^r(\d{1,9})$/.exec(text)?.[1]);
  return revision >= 1 && revision <= list.revisions.totalCount ? { revision } : undefined;
}

/** What a part of an address names: two states, or one that is compared with the one before it. */
export function rangeOf(range: string, list: EditionsQuery): { from?: At; to: At } | undefined {
  const [first = '', second] = range.split('..');
  const one = stateOf(first, list);
  if (second === undefined) return one && { to: one };
  const to = stateOf(second, list);
  return one && to && { from: one, to };
}

/**
 * Where a comparison is shown. The slash at its end keeps the server from taking what stands behind the dots for the
 * ending of a file.
 */
export const changesHref = (from: At | undefined, to: At, params: Record<string, string> = {}): string =>
  view.href(`/editions/${from ? `${slug(from)}..` : ''}${slug(to)}/`, {}, params);

/** The state that an answer is of, as an address names it. */
export const atOf = (state: State): At =>
  state.edition ? { edition: state.edition.code } : { revision: state.revision.number };

/** How the other state is named when changes are asked for. */
export const sinceOf = (state: State): string => state.edition?.code ?? state.revision.id;
