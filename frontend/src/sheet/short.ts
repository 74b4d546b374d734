import type { Zone } from '../data/atlas';
import { view } from '../data/view.svelte';
import { type Named, nameOf } from '../i18n/index.svelte';
import { shortEnglish, shortZone } from '../map/scene';

/** A place named as short as a sentence or a row needs, and still told apart from its like. */
export function shortName(place: Named, zone: Zone | undefined): string {
  if (!zone) return view.lang === 'en' ? shortEnglish(place.nameEn) : place.name;
  const short = shortZone(zone, view.lang);
  const host = zone.host.length === 1 && zone.host[0] ? nameOf(zone.host[0]) : '';
  // ‘高新区’ alone would fit several of them: the host's name comes back in front.
  return view.lang === 'zh' && short.length < 5 && host ? host.replace(/[市县区]$/, '') + short : short;
}
