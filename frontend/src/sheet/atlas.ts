import { ask } from '../data/api';
import { Atlas } from '../data/atlas';
import { whereIs } from '../data/distance';
import { type Frame, frame } from '../data/frame.svelte';
import { Resource } from '../data/resource.svelte';
import { AtlasDocument } from '../gql/graphql';
import { t } from '../i18n/index.svelte';
import type { Scene } from '../map/scene';

/** The plan's places for a sheet, with outlines as coarse as a small map needs. Call it while a component is made. */
export function places(tolerance = 250): Resource<{ plan: string; tolerance: number }, Atlas> {
  const site = frame();
  return new Resource(
    () => ({ plan: site.plan.code, tolerance }),
    async (key, signal) => new Atlas((await ask(AtlasDocument, key, signal)).data),
  );
}

export interface Boundaries {
  attributions: string[];
  reviewNumber: string | undefined;
}

/** What must stand below every map: what the owners of its outlines ask to be named by, each once, and the review number. */
export function boundariesOf(atlas: Atlas): Boundaries {
  const prints = [...atlas.regions, ...atlas.zones].flatMap((p) => p.footprint ?? []);
  return {
    // Made-up outlines have no owner to name.
    attributions: [...new Set(prints.filter((f) => !f.sample).flatMap((f) => f.attributions))],
    reviewNumber: prints.find((f) => f.reviewNumber)?.reviewNumber ?? undefined,
  };
}

/** The same in words, with the revision, as it stands below a saved map. */
export const stampOf = ({ attributions, reviewNumber }: Boundaries, revision: Frame['revision']): string[] => [
  `${t().reviewNumber}${t().colon}${reviewNumber ?? t().reviewMissing} · ${t().revision} r${revision.number} · ${revision.committedAt.slice(0, 10)} · ${revision.digest.slice(0, 8)}`,
  attributions.join(' / ') || `${t().boundaries}${t().colon}${t().absent}`,
];

/** A scene in which a zone that no source outlines stands inside its county; `inferred` says that there are such. */
export function allPlaced(atlas: Atlas, scene: Scene): { scene: Scene; inferred: boolean } {
  const zones = scene.zones.map((z) => {
    const there = z.at ? undefined : whereIs(atlas, z.zone);
    return there ? { ...z, at: [there.at.lon, there.at.lat] } : z;
  });
  return { scene: { ...scene, zones }, inferred: scene.zones.some((z) => !z.at) };
}
