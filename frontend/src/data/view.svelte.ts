import type { Lang } from '../i18n/words';

/** What can be selected, and its code. */
export interface Selection {
  kind: 'layout' | 'region' | 'zone' | 'project';
  code: string;
}

/** Which knowledge state is read: an edition by its code, or a revision by its number. Absent: the newest. */
export type At = { edition: string } | { revision: number };

/** What every view shares and a link carries from one view to the next. */
interface Shared {
  lang: Lang;
  theme: 'light' | 'dark' | undefined;
  plan: string | undefined;
  at: At | undefined;
  indicator: string | undefined;
  period: string | undefined;
}

/** What belongs to the view that is open, and is dropped on the way to another. */
interface Own {
  selection: Selection | undefined;
  show: 'map' | 'table';
}

type Change = Partial<Shared & Own>;

const kinds = ['layout', 'region', 'zone', 'project'] as const;
const reserved = new Set(['lang', 'theme', 'plan', 'edition', 'revision', 'indicator', 'period', 'select', 'view']);

/**
 * Everything a permalink carries. The address is the only place where it is kept: nothing is stored on the device,
 * so a link shows another person exactly what this one saw.
 */
class View {
  path = $state('/');
  lang = $state<Lang>('zh');
  theme = $state<Shared['theme']>();
  plan = $state<string>();
  at = $state.raw<At>();
  indicator = $state<string>();
  period = $state<string>();
  selection = $state.raw<Selection>();
  show = $state<Own['show']>('map');
  /** What a view keeps for itself: its filters, its order, the row that is open. */
  private params = $state.raw<Readonly<Record<string, string>>>({});
  /** Grows with each way to another view, so that the frame can move the focus and the scroll. */
  steps = $state(0);

  constructor() {
    this.read();
    addEventListener('popstate', () => this.read());
  }

  private read(): void {
    this.path = location.pathname;
    const query = new URLSearchParams(location.search);
    const asked = query.get('lang');
    this.lang = asked === 'en' || asked === 'zh' ? asked : 'zh';
    const theme = query.get('theme');
    this.theme = theme === 'dark' || theme === 'light' ? theme : undefined;
    this.plan = query.get('plan') ?? undefined;
    const edition = query.get('edition');
    const revision = Number(query.get('revision'));
    this.at = edition ? { edition } : Number.isSafeInteger(revision) && revision > 0 ? { revision } : undefined;
    this.indicator = query.get('indicator') ?? undefined;
    this.period = query.get('period') ?? undefined;
    this.show = query.get('view') === 'table' ? 'table' : 'map';
    const [kind, ...rest] = (query.get('select') ?? '').split(':');
    const known = kinds.find((k) => k === kind);
    this.selection = known && rest.length ? { kind: known, code: rest.join(':') } : undefined;
    this.params = Object.fromEntries([...query].filter(([name]) => !reserved.has(name)));
  }

  private shared(): Shared {
    const { lang, theme, plan, at, indicator, period } = this;
    return { lang, theme, plan, at, indicator, period };
  }

  /** The address of another view, or of this one with something changed: what stands in a link's `href`. */
  href(path: string, change: Change = {}, params: Record<string, string> = {}): string {
    return path + searchOf({ ...this.shared(), selection: undefined, show: 'map', ...change }, params);
  }

  /** Goes to an address of this page, as a step that the back button undoes. */
  go(href: string): void {
    if (href === location.pathname + location.search) return;
    history.pushState(null, '', href);
    this.read();
    this.steps += 1;
  }

  /** Changes what is shown. A new selection is a step that the back button undoes; the rest is not. */
  set(change: Change): void {
    const step = 'selection' in change && change.selection?.code !== this.selection?.code;
    Object.assign(this, change);
    this.write(step);
  }

  select = (kind: Selection['kind'], code: string): void => this.set({ selection: { kind, code } });

  /** A parameter of the open view. */
  param = (name: string): string | undefined => this.params[name];

  /** Changes parameters of the open view; `undefined` drops one. `step` makes it undoable by the back button. */
  put(change: Record<string, string | undefined>, step = false): void {
    const next = new Map(Object.entries(this.params));
    for (const [name, value] of Object.entries(change)) {
      if (value === undefined || value === '') next.delete(name);
      else next.set(name, value);
    }
    this.params = Object.fromEntries(next);
    this.write(step);
  }

  private write(step: boolean): void {
    const { selection, show } = this;
    const url = location.pathname + searchOf({ ...this.shared(), selection, show }, this.params);
    if (step) history.pushState(null, '', url);
    else history.replaceState(null, '', url);
  }
}

function searchOf(view: Shared & Own, params: Readonly<Record<string, string>>): string {
  const query = new URLSearchParams();
  if (view.lang !== 'zh') query.set('lang', view.lang);
  if (view.plan) query.set('plan', view.plan);
  if (view.at && 'edition' in view.at) query.set('edition', view.at.edition);
  else if (view.at) query.set('revision', String(view.at.revision));
  if (view.indicator) query.set('indicator', view.indicator);
  if (view.period) query.set('period', view.period);
  if (view.selection) query.set('select', `${view.selection.kind}:${view.selection.code}`);
  if (view.show !== 'map') query.set('view', view.show);
  if (view.theme) query.set('theme', view.theme);
  for (const [name, value] of Object.entries(params)) query.set(name, value);
  const text = query.toString().replaceAll('%3A', ':').replaceAll('%2F', '/').replaceAll('%2C', ',');
  return text && `?${text}`;
}

export const view = new View();
