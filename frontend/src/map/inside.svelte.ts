import { ask } from '../data/api';
import type { Atlas } from '../data/atlas';
import { Resource } from '../data/resource.svelte';
import { view } from '../data/view.svelte';
import {
  InsideDocument,
  type InsideQuery,
  type InsideQueryVariables,
  type RegionFilter,
  type SpatialFilter,
} from '../gql/graphql';
import { polygonOf, read, type Shape } from './shape';

/** The area that the address carries, and what lies in it. Make one while a component is made. */
export class Inside {
  /** As it was drawn; nothing where there is none, or none that can be read. */
  readonly area = $derived<Shape | undefined>(read(view.param('area'), 'area'));
  readonly answer: Resource<InsideQueryVariables, InsideQuery>;
  /** Codes of the counties and zones that meet the area, once they are known; nothing without an area. */
  readonly codes = $derived.by((): ReadonlySet<string> | undefined => {
    const found = this.area && this.answer.value;
    return found && new Set([...found.regions.nodes, ...found.zones.nodes].map((p) => p.code));
  });

  constructor(atlas: () => Atlas | undefined) {
    this.answer = new Resource(
      (): InsideQueryVariables | undefined => {
        const places = atlas();
        return this.area && places
          ? { area: polygonOf(this.area), regions: places.leaves.map((r) => r.code) }
          : undefined;
      },
      async (key, signal) => (await ask(InsideDocument, key, signal)).data,
    );
  }
}

/** The same area as a condition for the server. */
export const spaceOf = (area: Shape | undefined): { space?: SpatialFilter } =>
  area ? { space: { intersects: { geojson: polygonOf(area) } } } : {};

/** The counties that a table lists: those that are not divided further, in the area where there is one. */
export const listed = (atlas: Atlas, area: Shape | undefined): RegionFilter => {
  const divided = atlas.regions.filter((r) => !atlas.leaves.includes(r)).map((r) => r.code);
  return { ...(divided.length ? { not: { code: { in: divided } } } : {}), ...spaceOf(area) };
};
