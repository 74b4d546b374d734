import type { Component } from 'svelte';
import type { Words } from './i18n/words';

/** What the frame gives to a view: the parts of its path. */
export type Params = Record<string, string>;
type ViewComponent = Component<Params>;

const files = import.meta.glob<{ default: ViewComponent }>('./views/*.svelte');

export interface Route {
  /** Name of the file in `views/`, loaded when somebody goes there. */
  name: string;
  /** `:name` is a part of the path; `:name?` may be left out. */
  path: string;
  /** Where in the navigation it is shown. */
  nav: keyof Words['nav'] | undefined;
  /** The view draws its own frame below the bar and does not scroll as a whole. */
  fixed?: true;
  /** The view takes the whole screen: no bar, no tabs. */
  bare?: true;
}

export const routes: Route[] = [
  { name: 'Layout', path: '/', nav: 'layout', fixed: true },
  { name: 'Indicators', path: '/indicators/:code?', nav: 'indicators' },
  { name: 'Ledger', path: '/ledger', nav: 'ledger' },
  { name: 'Task', path: '/tasks/:number', nav: 'ledger' },
  { name: 'ZoneProfile', path: '/zones/:code', nav: 'zones' },
  { name: 'RegionProfile', path: '/regions/:code', nav: 'zones' },
  { name: 'Places', path: '/zones', nav: 'zones' },
  { name: 'Compare', path: '/compare', nav: 'zones' },
  { name: 'Projects', path: '/projects', nav: 'projects' },
  { name: 'Industry', path: '/industry', nav: 'industry' },
  { name: 'Editions', path: '/editions/:range?', nav: 'editions' },
  { name: 'Plan', path: '/plan', nav: 'plan' },
  { name: 'Data', path: '/data', nav: 'data' },
  { name: 'Parts', path: '/parts', nav: undefined },
  { name: 'Screen', path: '/screen', nav: undefined, bare: true, fixed: true },
];

/** The entries of the navigation, in the order of the bar, each with where it leads. */
export const navigation: { label: keyof Words['nav']; path: string }[] = [
  { label: 'layout', path: '/' },
  { label: 'indicators', path: '/indicators' },
  { label: 'ledger', path: '/ledger' },
  { label: 'zones', path: '/zones' },
  { label: 'projects', path: '/projects' },
  { label: 'industry', path: '/industry' },
  { label: 'plan', path: '/plan' },
  { label: 'editions', path: '/editions' },
  { label: 'data', path: '/data' },
];

const patterns = routes.map((route) => {
  const names: string[] = [];
  const source = route.path.replaceAll(/\/:(\w+)(\?)?/g, (_, name: string, optional?: string) => {
    names.push(name);
    return optional ? '(?:/([^/]+))?' : '/([^/]+)';
  });
  return { route, names, pattern: new RegExp(`^${source.replace(/\/$/, '')}/?$`) };
});

/** The view of a path and the parts of the path; nothing when the page has no such address. */
export function match(path: string): { route: Route; params: Params } | undefined {
  for (const { route, names, pattern } of patterns) {
    const found = pattern.exec(path);
    if (!found) continue;
    const params: Params = {};
    names.forEach((name, k) => {
      const part = found[k + 1];
      if (part !== undefined) params[name] = safely(part);
    });
    return { route, params };
  }
  return undefined;
}

const safely = (part: string): string => {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
};

export async function load(route: Route): Promise<ViewComponent> {
  const file = files[`./views/${route.name}.svelte`];
  if (!file) throw new Error(`no view ${route.name}`);
  return (await file()).default;
}
