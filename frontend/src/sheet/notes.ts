import type { CiteFragment } from '../gql/graphql';

/** The sources of a sheet, numbered in the order in which they are first called on; made-up ones share one entry. */
export class Notes {
  readonly list: CiteFragment[] = [];
  private readonly keys = new Map<string, number>();

  /** Numbers of some citations, each once. */
  of(cites: readonly CiteFragment[]): number[] {
    return [...new Set(cites.slice(0, 2).map((c) => this.number(c)))];
  }

  private number(cite: CiteFragment): number {
    const { document: doc } = cite;
    const key = doc.sample ? 'sample' : `${doc.title}|${doc.issuedOn ?? ''}`;
    const known = this.keys.get(key);
    if (known !== undefined) return known;
    this.list.push(cite);
    this.keys.set(key, this.list.length);
    return this.list.length;
  }
}
