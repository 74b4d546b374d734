import { ask } from '../data/api';
import { beside, type FigureRow } from '../data/peers';
import { Resource } from '../data/resource.svelte';
import { RegionPeersDocument, type RegionPeersQuery, ZonePeersDocument, type ZonePeersQuery } from '../gql/graphql';
import { nameOf, pick } from '../i18n/index.svelte';
import { withUnit } from '../i18n/units';
import { v } from '../i18n/views/sheet';

type Peer = ZonePeersQuery['zones']['nodes'][number] | RegionPeersQuery['regions']['nodes'][number];

/** No more series of a place than this in one answer: the server bounds what a question may cost. */
const handful = 20;

/** Figures of all places of a kind in one period, asked for some indicators at a time. */
export async function peersIn(
  kind: 'zone' | 'region',
  period: string,
  indicators: string[],
  signal: AbortSignal,
): Promise<Peer[]> {
  const parts: Peer[] = [];
  for (let k = 0; k < indicators.length; k += handful) {
    const asked = { indicators: indicators.slice(k, k + handful), period };
    parts.push(
      ...(kind === 'zone'
        ? (await ask(ZonePeersDocument, asked, signal)).data.zones.nodes
        : (await ask(RegionPeersDocument, asked, signal)).data.regions.nodes),
    );
  }
  return parts;
}

/** What somebody published first; within that, what most places have, so that it can be compared. */
const inOrder = (rows: FigureRow[]): FigureRow[] =>
  [...rows].sort((a, b) => Number(a.point.sample) - Number(b.point.sample) || b.among.length - a.among.length);

/** Where a place stands by one figure, in a sentence; empty where none is known. */
export function standing(row: FigureRow | undefined): string {
  if (!row?.point.quantity) return '';
  const { quantity, period, sample } = row.point;
  const value = withUnit(quantity.value, quantity.unit);
  const args = [nameOf(row.indicator), value, pick(period.label, period.labelEn)] as const;
  const said = row.rank === undefined ? v().only(...args) : v().stands(...args, row.rank, row.among.length);
  return said + (sample ? v().isSample : '') + v().stop;
}

/** Asks for the peers of some rows, one question per period, and puts them beside, in the order in which a sheet tells them. */
export function withPeers(
  kind: 'zone' | 'region',
  code: () => string,
  rows: () => FigureRow[] | undefined,
  /** Whether a place is of the same standing: a county is not measured against the city that holds it. */
  alike: (code: string) => boolean,
): { readonly rows: FigureRow[] } {
  const wanted = (): Record<string, string[]> | undefined => {
    const list = rows();
    if (!list?.length) return undefined;
    const periods: Record<string, string[]> = {};
    for (const row of list) (periods[row.point.period.code] ??= []).push(row.indicator.code);
    return periods;
  };
  const answers = new Resource(wanted, async (periods, signal) => {
    const parts = Object.entries(periods).map(async ([period, indicators]): Promise<[string, Peer[]]> => {
      return [period, await peersIn(kind, period, indicators, signal)];
    });
    return new Map(await Promise.all(parts));
  });
  return {
    get rows() {
      const list = rows() ?? [];
      const held = answers.value;
      if (!held) return inOrder(list);
      const known = new Map([...held].map(([period, peers]) => [period, peers.filter((p) => alike(p.code))]));
      return inOrder(beside(list, known, code()));
    },
  };
}
