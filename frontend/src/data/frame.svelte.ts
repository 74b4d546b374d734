import { getContext, setContext } from 'svelte';
import { MediaQuery } from 'svelte/reactivity';
import { CatalogueDocument, type CatalogueQuery } from '../gql/graphql';
import { type Answer, ask } from './api';
import { Resource } from './resource.svelte';
import { view } from './view.svelte';

export const phone = new MediaQuery('max-width: 760px');
export const wide = new MediaQuery('min-width: 1180px');
const night = new MediaQuery('prefers-color-scheme: dark');

const key = Symbol('frame');

type Plan = CatalogueQuery['plans'][number];

/** What every view may count on: which plan is read, at which revision, and whether anything in it is made up. */
export class Frame {
  /** The last catalogue that came: it stays while another is on its way. */
  private held = $state.raw<Answer<CatalogueQuery>>();
  readonly catalogue: Resource<string, CatalogueQuery> = new Resource(
    () => 'catalogue',
    async (_, signal) => (this.held = await ask(CatalogueDocument, {}, signal)).data,
  );

  /** Once, by the page itself. */
  static open(): Frame {
    return setContext(key, new Frame());
  }

  /** Whether the catalogue is here. */
  get ready(): boolean {
    return this.held !== undefined;
  }
  get plans(): Plan[] {
    return this.held?.data.plans ?? [];
  }
  /** The plan of the address, or else the first; nothing while there is none. */
  get chosen(): Plan | undefined {
    return this.plans.find((p) => p.code === view.plan) ?? this.plans[0];
  }
  /** The plan, for a view: none is opened before there is one. */
  get plan(): Plan {
    const { chosen } = this;
    if (!chosen) throw new Error('a view was opened without a plan');
    return chosen;
  }
  get indicators(): CatalogueQuery['indicators'] {
    return this.held?.data.indicators ?? [];
  }
  get revision(): CatalogueQuery['revision'] {
    if (!this.held) throw new Error('a view was opened without a catalogue');
    return this.held.data.revision;
  }
  /** Whether the instance holds any made-up row: then every page says so. */
  get sample(): boolean {
    return this.held?.sample ?? false;
  }
  /** The day at which everything on the page is read. */
  get on(): string {
    return this.held?.on ?? '';
  }
  get dark(): boolean {
    return view.theme ? view.theme === 'dark' : night.current;
  }
}

/** The frame around the view that asks; call it while the component is made. */
export const frame = (): Frame => getContext<Frame>(key);
