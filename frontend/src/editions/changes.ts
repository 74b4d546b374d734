import { compare, minus, share } from '../data/decimals';
import { type At, type Selection, view } from '../data/view.svelte';
import type { ChangedFragment, ChangeKind, Light, LightsQuery, WasFragment } from '../gql/graphql';
import { grouped, t } from '../i18n/index.svelte';
import { withUnit } from '../i18n/units';

export type Change = ChangedFragment;
export type Was = WasFragment;

/** The order of the words, and their marks: a change is told by word and mark, never by colour alone. */
export const kinds: ChangeKind[] = ['ADDED', 'REVISED', 'ENDED'];
export const mark: Record<ChangeKind, string> = { ADDED: '＋', REVISED: '≠', ENDED: '×' };

/** The side of a change that says what it is about: there is always one. */
export function about(change: Change): Was {
  const was = change.after ?? change.before;
  if (!was) throw new Error('a change of nothing');
  return was;
}

export interface Group {
  indicator: Was['indicator'];
  rows: Change[];
}

/** Changes by indicator, in the order in which they came. */
export function byIndicator(changes: Change[]): Group[] {
  const groups = new Map<string, Group>();
  for (const change of changes) {
    const { indicator } = about(change);
    const group = groups.get(indicator.code) ?? { indicator, rows: [] };
    group.rows.push(change);
    groups.set(indicator.code, group);
  }
  return [...groups.values()];
}

export interface Delta {
  /** By how much, signed, with its unit. */
  by: string;
  /** By how many per cent; none for shares, indices, and where it would mean nothing. */
  percent: string | undefined;
}

const plus = (value: string): string => (compare(value, '0') > 0 ? '+' : '');

/** What a revised figure is more or less by, exactly; nothing where units differ or a side has no value. */
export function deltaOf({ before, after }: Change): Delta | undefined {
  const [a, b] = [before?.quantity, after?.quantity];
  if (!a || !b || a.unit.code !== b.unit.code) return undefined;
  const by = minus(b.value, a.value);
  if (compare(by, '0') === 0) return undefined;
  const { dimension } = about({ kind: 'REVISED', before, after, revisions: [] }).indicator.unit;
  const text = a.unit.symbol === '%' ? `${grouped(by)} ${t().points}` : withUnit(by, a.unit);
  const plain = dimension !== 'RATIO' && dimension !== 'INDEX' && compare(a.value, '0') > 0;
  const percent = plain ? share(by, a.value, 1) : undefined;
  return { by: plus(by) + text, percent: percent && `${plus(percent)}${grouped(percent)}%` };
}

/** What else is different where the number is the same. */
export function besides({ before, after }: Change): ('status' | 'source' | 'released' | 'comparator' | 'other')[] {
  if (!before || !after) return [];
  const { value } = before.quantity ?? {};
  if (value !== after.quantity?.value || before.quantity?.unit.code !== after.quantity?.unit.code) return [];
  const found: ReturnType<typeof besides> = [];
  if (before.status !== after.status) found.push('status');
  const source = (w: Was) => JSON.stringify(w.citations.map((c) => [c.document.title, c.locator]));
  if (source(before) !== source(after)) found.push('source');
  if (before.releasedAt !== after.releasedAt) found.push('released');
  if (before.comparator !== after.comparator) found.push('comparator');
  return found.length ? found : ['other'];
}

/** Where the thing that a figure is about is shown. */
export function subjectHref({ subject }: Was): string | undefined {
  switch (subject.__typename) {
    case 'Region':
      return view.href(`/regions/${subject.code}`);
    case 'Zone':
      return view.href(`/zones/${subject.code}`);
    case 'Project':
      return view.href('/', { selection: { kind: 'project', code: subject.code } });
    case 'LayoutElement':
      return view.href('/', { selection: { kind: 'layout', code: subject.code } });
    case 'Cluster':
    case 'Chain':
      return view.href('/industry', {}, { open: subject.code });
    default:
      return undefined;
  }
}

/** The figure as one of the states holds it: its indicator, at its period and place. */
export function figureHref(was: Was, at: At): string {
  const { __typename: type, code } = was.subject;
  const kind = type === 'Region' ? 'region' : type === 'Zone' ? 'zone' : undefined;
  const selection: Selection | undefined = kind && { kind, code };
  return view.href(`/indicators/${was.indicator.code}`, { at, period: was.period.code, selection });
}

/** Which view shows what a table holds. */
export function tableHref(table: string): string | undefined {
  if (table === 'observations') return undefined;
  if (/^project/.test(table)) return view.href('/projects');
  if (/^(tasks?|targets|milestones|groups|task_)/.test(table)) return view.href('/ledger');
  if (/^(zones?|zone_|regions|footprints|profile_facts)/.test(table)) return view.href('/zones');
  if (/^(chains?|chain_|clusters|industr|enterprises)/.test(table)) return view.href('/industry');
  if (/^(layout)/.test(table)) return view.href('/');
  if (/^(indicators|definition_breaks)/.test(table)) return view.href('/indicators');
  if (/^(sections?|section_|plans|contradictions|terms|mechanisms)/.test(table)) return view.href('/plan');
  return view.href('/data');
}

type Task = NonNullable<LightsQuery['plan']>['tasks']['nodes'][number];

/** A task whose light is not what it was. */
export interface Turned {
  task: Task;
  from: Light | undefined;
  to: Light | undefined;
  sample: boolean;
}

/** From what a meeting must talk about to what is well. */
const weight: Light[] = ['RED', 'AMBER', 'NO_DATA', 'NOT_MEASURABLE', 'NOT_DUE', 'GREEN', 'DONE'];
const grade = (light: Light | undefined): number => (light ? weight.indexOf(light) : weight.length);

/** Tasks whose light turned, the worst first; also those that a state does not hold. */
export function turned(before: Task[], after: Task[]): Turned[] {
  const old = new Map(before.map((task) => [task.number, task]));
  const now = new Map(after.map((task) => [task.number, task]));
  return [...new Set([...old.keys(), ...now.keys()])]
    .flatMap((number) => {
      const [a, b] = [old.get(number), now.get(number)];
      const task = b ?? a;
      if (!task || a?.assessment.light === b?.assessment.light) return [];
      const sample = Boolean(a?.assessment.sample ?? false) || Boolean(b?.assessment.sample ?? false);
      return [{ task, from: a?.assessment.light, to: b?.assessment.light, sample }];
    })
    .sort((x, y) => grade(x.to) - grade(y.to) || x.task.number - y.task.number);
}
