import type { Project } from './camera';
import { type Bounds, roundStep } from './geo';

/** A bar of two round steps. */
export interface Bar {
  /** Kilometres of one step. */
  km: number;
  /** Pixels of one step. */
  px: number;
}

const metresPerDegree = 111_320;

/** The scale in the middle of what is drawn, as a bar of about so many pixels. */
export function scaleBar(project: Project | undefined, bounds: Bounds, wanted: number): Bar | undefined {
  if (!project) return undefined;
  const lat = (bounds.south + bounds.north) / 2;
  const lon = (bounds.west + bounds.east) / 2;
  const perPixel =
    (metresPerDegree * Math.cos((lat * Math.PI) / 180) * 0.01) / (project(lon + 0.01, lat)[0] - project(lon, lat)[0]);
  const km = roundStep((perPixel * wanted) / 1000, 2);
  const px = (km * 1000) / perPixel;
  return Number.isFinite(px) ? { km, px } : undefined;
}
