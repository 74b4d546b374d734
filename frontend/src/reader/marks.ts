/** A run of a text: plain, or a quote that something was read from. */
export interface Piece {
  text: string;
  /** What the quote belongs to; several targets may share one. */
  keys: string[];
  /** The first piece of each of its keys carries its name, to be led to. */
  names: string[];
}

/** A quote of the text and what was read from it. */
export interface Quoted {
  key: string;
  quote: string;
}

/**
 * Cuts a text at the quotes found in it. Quotes that overlap share the piece they have in common, so that each can be
 * led to; a quote that the text does not hold word for word marks nothing.
 */
export function cut(text: string, quoted: Quoted[]): Piece[] {
  const spans = quoted.flatMap(({ key, quote }) => {
    const from = quote ? text.indexOf(quote) : -1;
    return from < 0 ? [] : [{ key, from, to: from + quote.length }];
  });
  const edges = [...new Set([0, text.length, ...spans.flatMap((s) => [s.from, s.to])])].sort((a, b) => a - b);
  const pieces: Piece[] = [];
  const named = new Set<string>();
  for (let k = 0; k + 1 < edges.length; k += 1) {
    const [from = 0, to = 0] = [edges[k], edges[k + 1]];
    const keys = spans.filter((s) => s.from <= from && s.to >= to).map((s) => s.key);
    if (to <= from) continue;
    const names = [...new Set(keys)].filter((key) => !named.has(key));
    names.forEach((key) => named.add(key));
    pieces.push({ text: text.slice(from, to), keys, names });
  }
  return pieces;
}
