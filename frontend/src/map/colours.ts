/** The tokens of the style sheet as values, for the renderer that cannot read CSS variables. */
export interface Colours {
  paper: string;
  panel: string;
  sunk: string;
  land: string;
  rule: string;
  rule2: string;
  ink: string;
  ink2: string;
  ink3: string;
  link: string;
  core: string;
  coreTint: string;
  coreText: string;
  belt: string;
  group: string;
  groupTint: string;
  classes: string[];
}

export function readColours(): Colours {
  const style = getComputedStyle(document.documentElement);
  const token = (name: string): string => style.getPropertyValue(`--${name}`).trim();
  return {
    paper: token('paper'),
    panel: token('panel'),
    sunk: token('sunk'),
    land: token('land'),
    rule: token('rule'),
    rule2: token('rule2'),
    ink: token('ink'),
    ink2: token('ink2'),
    ink3: token('ink3'),
    link: token('link'),
    core: token('core'),
    coreTint: token('core-t'),
    coreText: token('core-text'),
    belt: token('belt'),
    group: token('group'),
    groupTint: token('group-t'),
    classes: [0, 1, 2, 3, 4].map((k) => token(`class-${k}`)),
  };
}
