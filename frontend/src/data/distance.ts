import type { Atlas, Zone } from './atlas';

interface At {
  lon: number;
  lat: number;
}

/** Straight line in kilometres on a sphere of the Earth's mean radius: within half a per cent, and said to be ‘about’. */
export function kilometres(a: At, b: At): number {
  const rad = Math.PI / 180;
  const u = Math.sin(((b.lat - a.lat) * rad) / 2) ** 2;
  const v = Math.cos(a.lat * rad) * Math.cos(b.lat * rad) * Math.sin(((b.lon - a.lon) * rad) / 2) ** 2;
  return 2 * 6371.0088 * Math.asin(Math.sqrt(u + v));
}

/** Where a zone is shown: inside its own outline, or, when no source draws one, inside the region it lies in. */
export function whereIs(atlas: Atlas, zone: Zone): { at: At; own: boolean } | undefined {
  if (zone.footprint) return { at: zone.footprint.labelPoint, own: true };
  const host = zone.host.map((h) => atlas.region(h.code)?.footprint).find((f) => f);
  return host ? { at: host.labelPoint, own: false } : undefined;
}
