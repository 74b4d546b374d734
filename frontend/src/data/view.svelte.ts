import type { Lang } from '../i18n/words';

/** What can be selected, and its code. */
export interface Selection {
  kind: 'layout' | 'region' | 'zone' | 'project';
  code: string;
}

const kinds = ['layout', 'region', 'zone', 'project'] as const;

/**
 * Everything a permalink carries. The address is the only place where it is kept: nothing is stored on the device,
 * so a link shows another person exactly what this one saw.
 */
class View {
  lang = $state<Lang>('zh');
  plan = $state<string>();
  indicator = $state<string>();
  period = $state<string>();
  selection = $state.raw<Selection>();
  show = $state<'map' | 'table'>('map');
  theme = $state<'light' | 'dark'>();

  constructor() {
    this.read();
    addEventListener('popstate', () => this.read());
  }

  private read(): void {
    const query = new URLSearchParams(location.search);
    const asked = query.get('lang');
    this.lang = asked === 'en' || asked === 'zh' ? asked : 'zh';
    this.plan = query.get('plan') ?? undefined;
    this.indicator = query.get('indicator') ?? undefined;
    this.period = query.get('period') ?? undefined;
    this.show = query.get('view') === 'table' ? 'table' : 'map';
    const theme = query.get('theme');
    this.theme = theme === 'dark' || theme === 'light' ? theme : undefined;
    const [kind, ...rest] = (query.get('select') ?? '').split(':');
    const known = kinds.find((k) => k === kind);
    this.selection = known && rest.length ? { kind: known, code: rest.join(':') } : undefined;
  }

  /** The address of what is on the page now. */
  get search(): string {
    const query = new URLSearchParams();
    if (this.lang !== 'zh') query.set('lang', this.lang);
    if (this.plan) query.set('plan', this.plan);
    if (this.indicator) query.set('indicator', this.indicator);
    if (this.period) query.set('period', this.period);
    if (this.selection) query.set('select', `${this.selection.kind}:${this.selection.code}`);
    if (this.show !== 'map') query.set('view', this.show);
    if (this.theme) query.set('theme', this.theme);
    const text = query.toString().replaceAll('%3A', ':').replaceAll('%2F', '/');
    return text && `?${text}`;
  }

  /** Changes the view. A new selection is a step that the back button undoes; the rest is not. */
  set(change: Partial<Pick<View, 'lang' | 'plan' | 'indicator' | 'period' | 'selection' | 'show' | 'theme'>>): void {
    const step = 'selection' in change && change.selection?.code !== this.selection?.code;
    Object.assign(this, change);
    const url = `${location.pathname}${this.search}`;
    if (step) history.pushState(null, '', url);
    else history.replaceState(null, '', url);
  }

  select = (kind: Selection['kind'], code: string): void => this.set({ selection: { kind, code } });
}

export const view = new View();
