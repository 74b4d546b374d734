import { ask } from '../data/api';
import { Atlas } from '../data/atlas';
import { frame } from '../data/frame.svelte';
import { Resource } from '../data/resource.svelte';
import { AtlasDocument } from '../gql/graphql';

/** The plan's places for a sheet, with outlines as coarse as a small map needs. Call it while a component is made. */
export function places(tolerance = 250): Resource<{ plan: string; tolerance: number }, Atlas> {
  const site = frame();
  return new Resource(
    () => ({ plan: site.plan.code, tolerance }),
    async (key, signal) => new Atlas((await ask(AtlasDocument, key, signal)).data),
  );
}

/** What must stand below every map: whose boundaries they are and under which review number. */
export function boundariesOf(atlas: Atlas): { attributions: string[]; reviewNumber: string | undefined } {
  const prints = atlas.regions.flatMap((r) => r.footprint ?? []);
  return {
    attributions: [...new Set(prints.flatMap((f) => f.attributions))],
    reviewNumber: prints.find((f) => f.reviewNumber)?.reviewNumber ?? undefined,
  };
}
