import { ask } from '../data/api';
import { Atlas } from '../data/atlas';
import { whereIs } from '../data/distance';
import { type Frame, frame } from '../data/frame.svelte';
import { Resource } from '../data/resource.svelte';
import { AtlasDocument } from '../gql/graphql';
import { t } from '../i18n/index.svelte';
import type { Scene, ZoneMark } from '../map/scene';

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

/**
 * A scene in which a zone that no source outlines stands inside its county, below the middle, those of one county side
 * by side; `inferred` says that there are such.
 */
export function allPlaced(atlas: Atlas, scene: Scene): { scene: Scene; inferred: boolean } {
  const hostOf = (z: ZoneMark) => z.zone.host.find((h) => atlas.region(h.code)?.footprint)?.code;
  const zones = scene.zones.map((z) => {
    const there = z.at ? undefined : whereIs(atlas, z.zone);
    const host = hostOf(z);
    const box = host && atlas.region(host)?.footprint?.bbox;
    if (!there || !box) return z;
    const beside = scene.zones.filter((o) => !o.at && hostOf(o) === host);
    const step = beside.indexOf(z) - (beside.length - 1) / 2;
    const at = [there.at.lon + step * (box.east - box.west) * 0.16, there.at.lat - (box.north - box.south) * 0.14];
    return { ...z, at };
  });
  return { scene: { ...scene, zones }, inferred: scene.zones.some((z) => !z.at && hostOf(z)) };
}
