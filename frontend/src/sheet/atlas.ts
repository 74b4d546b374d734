import { ask } from '../data/api';
import { Atlas } from '../data/atlas';
import { whereIs } from '../data/distance';
import { frame } from '../data/frame.svelte';
import { Resource } from '../data/resource.svelte';
import { AtlasDocument } from '../gql/graphql';
import type { Scene } from '../map/scene';

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

/** A scene in which a zone that no source outlines stands inside its county; `inferred` says that there are such. */
export function allPlaced(atlas: Atlas, scene: Scene): { scene: Scene; inferred: boolean } {
  const zones = scene.zones.map((z) => {
    const there = z.at ? undefined : whereIs(atlas, z.zone);
    return there ? { ...z, at: [there.at.lon, there.at.lat] } : z;
  });
  return { scene: { ...scene, zones }, inferred: scene.zones.some((z) => !z.at) };
}
