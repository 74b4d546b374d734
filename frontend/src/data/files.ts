import { hashes, type TableName, type VariablesOf } from 'virtual:tables';
import { view, type At } from './view.svelte';

export type { TableName, VariablesOf };
/** The forms in which a table can be taken away. */
export type Form = 'csv' | 'xlsx' | 'geojson' | 'html';

/** The language that texts of a table are in: that of the page. */
const language = (): 'EN' | 'ZH' => (view.lang === 'en' ? 'EN' : 'ZH');

/**
 * The address of a table as a file. The server knows its question by the hash of the text; what it asks for stands
 * behind the question mark, and so does the state it is read at: the same address gives the same bytes for ever.
 */
export function fileHref<N extends TableName>(
  table: N,
  form: Form,
  variables: Omit<VariablesOf<N>, 'lang'>,
  at: At | 'newest',
): string {
  const query = new URLSearchParams();
  const nested: Record<string, unknown> = {};
  for (const [name, value] of Object.entries({ ...variables, lang: language() })) {
    if (value === undefined || value === null) continue;
    if (Array.isArray(value) && value.every((one) => typeof one !== 'object'))
      for (const one of value) query.append(name, String(one));
    else if (typeof value === 'object') nested[name] = value;
    else query.set(name, String(value));
  }
  if (Object.keys(nested).length) query.set('variables', JSON.stringify(nested));
  if (at !== 'newest') {
    if ('edition' in at) query.set('edition', at.edition);
    else query.set('revision', String(at.revision));
  }
  return `/q/${hashes[table]}.${form}?${query}`;
}
