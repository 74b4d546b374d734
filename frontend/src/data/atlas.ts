import type { AtlasQuery, LayoutForm } from '../gql/graphql';

export type Footprint = NonNullable<AtlasQuery['regions']['nodes'][number]['footprint']>;
export type Region = AtlasQuery['regions']['nodes'][number];
export type Zone = AtlasQuery['zones']['nodes'][number];
export type Element = AtlasQuery['layout'][number];
export type Member = Element['members'][number];
export type Cluster = AtlasQuery['clusters'][number];

/** What a place is in the plan: one entry for each layout element that names it. */
export interface Role {
  element: Element;
  member: Member;
}

/** Where several elements name one place, the one whose fill it carries. */
const precedence: LayoutForm[] = ['CORE', 'BELT', 'GROUP', 'AREA', 'AXIS', 'NODE'];

/** The plan's layout and its places, with the look-ups that every panel needs. */
export class Atlas {
  readonly regions: Region[];
  readonly zones: Zone[];
  readonly elements: Element[];
  readonly clusters: Cluster[];
  /** Regions that are not divided further: the ones to colour and to list. */
  readonly leaves: Region[];
  /** The region that holds the others, when there is one. */
  readonly root: Region | undefined;
  private readonly byCode: Map<string, Region>;
  private readonly zoneByCode: Map<string, Zone>;
  private readonly roles = new Map<string, Role[]>();

  constructor(data: AtlasQuery) {
    this.regions = data.regions.nodes;
    this.zones = data.zones.nodes;
    this.elements = data.layout;
    this.clusters = data.clusters;
    this.byCode = new Map(this.regions.map((r) => [r.code, r]));
    this.zoneByCode = new Map(this.zones.map((z) => [z.code, z]));
    const parents = new Set(this.regions.map((r) => r.parent?.code));
    this.leaves = this.regions.filter((r) => !parents.has(r.code));
    this.root = this.regions.find((r) => !r.parent && parents.has(r.code));
    for (const element of this.elements) {
      for (const member of element.members) {
        const list = this.roles.get(member.place.code) ?? [];
        list.push({ element, member });
        this.roles.set(member.place.code, list);
      }
    }
    for (const list of this.roles.values()) {
      list.sort((a, b) => precedence.indexOf(a.element.form) - precedence.indexOf(b.element.form));
    }
  }

  /** The same plan with only some of its places to list. */
  only(places: ReadonlySet<string>): Atlas {
    return Object.assign(Object.create(this) as Atlas, {
      leaves: this.leaves.filter((r) => places.has(r.code)),
      zones: this.zones.filter((z) => places.has(z.code)),
    });
  }

  region = (code: string): Region | undefined => this.byCode.get(code);
  zone = (code: string): Zone | undefined => this.zoneByCode.get(code);
  element = (code: string): Element | undefined => this.elements.find((e) => e.code === code);
  rolesOf = (code: string): Role[] => this.roles.get(code) ?? [];

  /** The roles of a zone are those of the regions it lies in, unless the plan names the zone itself. */
  rolesOfZone(zone: Zone): Role[] {
    const own = this.rolesOf(zone.code);
    return own.length ? own : zone.host.flatMap((h) => this.rolesOf(h.code));
  }

  clustersAt(code: string): Cluster[] {
    return this.clusters.filter((c) => c.places.some((p) => p.place.code === code));
  }
}
