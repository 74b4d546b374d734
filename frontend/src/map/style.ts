import type { ExpressionSpecification, LayerSpecification, StyleSpecification } from 'maplibre-gl';
import { layers as basemapLayers } from './basemap';
import { type Dress, sources, type TileLayer } from './features';
import type { Area, Rim, Scene } from './scene';

const SONG = ['Noto Serif CJK SC SemiBold', 'Noto Serif CJK SC', 'Source Han Serif SC', 'Songti SC', 'SimSun', 'serif'];
const HEI = ['Noto Sans CJK SC', 'Source Han Sans SC', 'PingFang SC', 'Microsoft YaHei', 'sans-serif'];

/** The glyph of a project's stage; `stageGlyph` says the same to the plain map. */
const stageIcon: ExpressionSpecification = [
  'match',
  ['coalesce', ['get', 'stage'], 'SIGNED'],
  'STOPPED',
  'stage-stopped',
  ['SIGNED', 'LANDED'],
  'stage-before',
  ['STARTED', 'BUILDING'],
  'stage-during',
  'stage-after',
];

/** The atlas page as a MapLibre style. It is rebuilt on every change, and MapLibre applies the difference. */
export function buildStyle(scene: Scene, d: Dress): StyleSpecification {
  const c = d.colours;
  const is = (key: string, value: string): ExpressionSpecification => ['==', ['get', key], value];
  const among = (codes: string[]): ExpressionSpecification => ['in', ['get', 'code'], ['literal', codes]];
  const from = (layer: TileLayer | 'projects') => ({ source: layer, 'source-layer': layer });
  const areas = (which: (area: Area) => boolean = () => true) => ({
    ...from('regions'),
    filter: among(scene.areas.filter(which).map((a) => a.region.code)),
  });
  const zones = { ...from('zones'), filter: among(scene.zones.filter((z) => z.geometry).map((z) => z.zone.code)) };
  const projects = scene.tiled ? from('projects') : { source: 'projects' };
  const round = { 'line-join': 'round', 'line-cap': 'round' } as const;
  const classFill = [
    'match',
    ['feature-state', 'k'],
    ...c.classes.flatMap((colour, k) => [k, colour]),
    c.land,
  ] as unknown as ExpressionSpecification;
  const tintText: ExpressionSpecification = [
    'match',
    ['get', 'tint'],
    'core',
    c.coreText,
    'belt',
    c.belt,
    'group',
    c.group,
    c.ink2,
  ];
  // Under a filled map the corridor is only a reminder.
  const faded = scene.rate ? 0.4 : 1;
  const beside: [number, number] = d.small ? [11, 9] : [17, 14];
  const nameSize = d.small ? (d.lang === 'en' ? 12 : 14) : d.lang === 'en' ? 16 : 18;
  const halo = { 'text-halo-color': c.paper, 'text-halo-width': d.small ? 1.7 : 2.2 };
  const names: LayerSpecification[] = [
    {
      id: 'area-name',
      type: 'symbol',
      source: 'labels',
      layout: {
        'text-field': [
          'case',
          ['==', ['get', 'value'], ''],
          ['format', ['get', 'name'], {}],
          [
            'format',
            ['get', 'name'],
            {},
            '\n',
            {},
            ['get', 'value'],
            { 'font-scale': 0.78, 'text-font': ['literal', HEI] },
          ],
        ] as unknown as ExpressionSpecification,
        'text-font': SONG,
        'text-size': nameSize,
        // Below its circle, where there is one; else wherever it is clear of the squares, its own point first.
        'text-variable-anchor-offset': [
          'case',
          ['>', ['get', 'radius'], 0],
          ['literal', ['top', [0, 0.95], 'bottom', [0, -0.95]]],
          [
            'literal',
            [
              ...['center', [0, 0], 'bottom', [0, -0.15], 'top', [0, 0.15], 'bottom', [0, -0.7], 'top', [0, 0.7]],
              ...['right', [-0.4, 0], 'left', [0.4, 0], 'bottom-right', [-0.2, -0.5], 'top-left', [0.2, 0.5]],
              ...['bottom-left', [0.2, -0.5], 'top-right', [-0.2, 0.5]],
              ...['bottom', [0, -1.2], 'top', [0, 1.2], 'bottom-left', [0.2, -1], 'bottom-right', [-0.2, -1]],
              ...['top-left', [0.2, 1], 'top-right', [-0.2, 1]],
            ],
          ],
        ] as unknown as ExpressionSpecification,
        'text-justify': 'center',
        'text-line-height': 1.15,
        'text-letter-spacing': d.lang === 'zh' ? 0.06 : 0,
        'text-max-width': 12,
        'text-padding': 0,
        // Clear of the squares where there is room, over them where there is none: a county is never without its name.
        'text-overlap': 'cooperative',
      },
      paint: { 'text-color': c.ink, ...halo, 'text-halo-width': d.small ? 2 : 2.8 },
    },
  ];
  const squares: LayerSpecification[] = [
    {
      id: 'zone-casing',
      type: 'symbol',
      source: 'squares',
      filter: ['in', ['get', 'kind'], ['literal', ['size']]],
      layout: {
        'icon-image': 'casing',
        'icon-size': ['/', ['+', ['get', 'side'], 3.2], 8],
        'icon-allow-overlap': true,
        'icon-ignore-placement': true,
      },
    },
    {
      id: 'zone-square',
      type: 'symbol',
      source: 'squares',
      layout: {
        'icon-image': [
          'match',
          ['get', 'kind'],
          'size',
          'ink',
          'missing',
          'square-missing',
          'not_due',
          'square-missing',
          'suppressed',
          'square-suppressed',
          'class',
          ['concat', 'class-', ['to-string', ['get', 'k']]],
          'square-plain',
        ],
        'icon-size': ['case', is('kind', 'size'), ['/', ['get', 'side'], 8], 1],
        'icon-allow-overlap': true,
        'icon-padding': 0,
        'symbol-sort-key': ['get', 'rank'],
      },
      paint: { 'icon-opacity': 0.94 },
    },
  ];
  const heads: LayerSpecification = {
    id: 'heads',
    type: 'symbol',
    source: 'heads',
    layout: {
      'icon-image': ['get', 'icon'],
      'icon-rotate': ['get', 'turn'],
      'icon-rotation-alignment': 'map',
      'icon-allow-overlap': true,
      // Faded under a filled map, they leave the room to the names and their values.
      'icon-ignore-placement': scene.rate,
      'icon-size': ['match', ['get', 'icon'], 'head', d.small ? 0.66 : 1, d.small ? 0.7 : 1],
    },
    paint: { 'icon-opacity': faded },
  };
  type Stroke = Pick<Extract<LayerSpecification, { type: 'line' }>, 'layout' | 'paint'>;
  /** The rims of a style: those that elements have themselves, and those that they have of their members. */
  const rims = (style: Rim['style'], id: string, stroke: Stroke): LayerSpecification[] =>
    (['layout', 'regions'] as const).flatMap((layer) => {
      const codes = scene.rims.filter((r) => r.style === style && r.of.layer === layer).map((r) => r.of.code);
      if (!codes.length) return [];
      return [{ id: `${id}-${layer}`, type: 'line', ...from(layer), filter: among(codes), ...stroke }];
    });
  /** Around what is selected, whichever tiles it comes from. */
  const around = (id: string, colour: string, width: number): LayerSpecification[] =>
    (['regions', 'zones', 'layout'] as const).map((layer) => ({
      id: `${id}-${layer}`,
      type: 'line',
      ...from(layer),
      layout: round,
      paint: {
        'line-color': colour,
        'line-width': ['case', ['boolean', ['feature-state', 'selected'], false], width, 0],
      },
    }));
  const layers: LayerSpecification[] = [
    { id: 'paper', type: 'background', paint: { 'background-color': c.paper } },
    { id: 'land', type: 'fill', ...areas(), paint: { 'fill-color': c.land, 'fill-antialias': false } },
    ...rims('group', 'inner-band', {
      layout: round,
      paint: { 'line-color': c.groupTint, 'line-width': d.small ? 12 : 18 },
    }),
    { id: 'mask', type: 'fill', source: 'mask', paint: { 'fill-color': c.paper } },
    {
      id: 'halo',
      type: 'line',
      source: 'whole',
      layout: round,
      paint: { 'line-color': c.sunk, 'line-width': 9, 'line-offset': -4.5 },
    },
    {
      id: 'cover',
      type: 'fill',
      ...areas((a) => a.tint !== 'group'),
      paint: { 'fill-color': ['match', ['feature-state', 'tint'], 'core', c.coreTint, c.land] },
    },
    // Over the tints, which show through it, and under all that says something: classes keep their exact colours.
    ...(d.basemap ? basemapLayers(d.basemap, c, d.dark) : []),
    { id: 'hatch', type: 'fill', ...areas((a) => a.tint === 'belt'), paint: { 'fill-pattern': 'hatch-belt' } },
    { id: 'dots', type: 'fill', ...areas((a) => a.tint === 'area'), paint: { 'fill-pattern': 'dots' } },
    { id: 'classes', type: 'fill', ...areas((a) => a.mark.kind === 'class'), paint: { 'fill-color': classFill } },
    ...(scene.rate
      ? ([
          {
            id: 'missing',
            type: 'fill',
            ...areas((a) => a.mark.kind === 'missing' || a.mark.kind === 'not_due'),
            paint: { 'fill-pattern': 'hatch-missing' },
          },
          {
            id: 'suppressed',
            type: 'fill',
            ...areas((a) => a.mark.kind === 'suppressed'),
            paint: { 'fill-pattern': 'hatch-suppressed' },
          },
        ] satisfies LayerSpecification[])
      : []),
    {
      id: 'graticule',
      type: 'line',
      source: 'graticule',
      paint: { 'line-color': c.rule, 'line-width': 1, 'line-opacity': 0.6 },
    },
    { id: 'borders', type: 'line', ...areas(), layout: round, paint: { 'line-color': c.ink3, 'line-width': 0.8 } },
    ...rims('belt', 'rim-belt', { layout: round, paint: { 'line-color': c.ink2, 'line-width': 1.2 } }),
    ...rims('area', 'rim-area', {
      layout: { 'line-join': 'round' },
      paint: { 'line-color': c.group, 'line-width': 2, 'line-dasharray': [3, 2] },
    }),
    ...rims('core', 'rim-core', { layout: round, paint: { 'line-color': c.core, 'line-width': d.small ? 2 : 2.6 } }),
    ...rims('group', 'rim-group', {
      layout: round,
      paint: { 'line-color': c.group, 'line-width': d.small ? 1.9 : 2.5 },
    }),
    {
      id: 'zone-fill',
      type: 'fill',
      ...zones,
      minzoom: 9.6,
      paint: { 'fill-color': c.ink, 'fill-opacity': 0.12 },
    },
    {
      id: 'zone-line',
      type: 'line',
      ...zones,
      minzoom: 9.6,
      layout: round,
      paint: { 'line-color': c.ink, 'line-width': 1.4, 'line-dasharray': [4, 1.6] },
    },
    ...around('selected-casing', c.panel, 7),
    ...around('selected', c.ink, 3.6),
    {
      id: 'ribbon-casing',
      type: 'line',
      source: 'stretches',
      paint: {
        'line-color': c.panel,
        'line-width': ['match', ['get', 'style'], 'belt', d.small ? 11 : 17, 8],
        'line-opacity': faded,
      },
    },
    {
      id: 'ribbon',
      type: 'line',
      source: 'stretches',
      paint: {
        'line-color': c.belt,
        'line-width': ['match', ['get', 'style'], 'belt', d.small ? 8 : 14, 5],
        'line-opacity': faded,
      },
    },
    {
      id: 'axis-core',
      type: 'line',
      source: 'stretches',
      filter: is('style', 'axis'),
      paint: { 'line-color': c.panel, 'line-width': 1.4 },
    },
    {
      id: 'projects-cluster',
      type: 'circle',
      ...projects,
      filter: ['has', 'point_count'],
      paint: {
        'circle-radius': ['interpolate', ['linear'], ['sqrt', ['get', 'point_count']], 1, 6.5, 10, 11],
        'circle-color': c.panel,
        // Projects gather at the zones: beside the square, not under it.
        'circle-translate': beside,
        'circle-opacity': 0.92,
        'circle-stroke-color': c.ink3,
        'circle-stroke-width': 0.8,
      },
    },
    {
      id: 'projects-count',
      type: 'symbol',
      ...projects,
      filter: ['has', 'point_count'],
      layout: {
        'text-field': ['to-string', ['get', 'point_count']],
        'text-font': HEI,
        'text-size': 10.5,
        'text-allow-overlap': true,
      },
      paint: { 'text-color': c.ink2, 'text-translate': beside },
    },
    {
      id: 'projects-point',
      type: 'symbol',
      ...projects,
      filter: ['!', ['has', 'point_count']],
      layout: { 'icon-image': stageIcon, 'icon-allow-overlap': true, 'icon-ignore-placement': true },
    },
    {
      id: 'area-circle',
      type: 'circle',
      source: 'labels',
      filter: ['>', ['get', 'radius'], 0],
      paint: {
        'circle-radius': ['get', 'radius'],
        'circle-color': c.ink,
        // Hollow where the zones inside carry squares of the same figure: one sum is not to be seen twice.
        'circle-opacity': scene.zones.some((z) => z.mark.kind === 'size') ? 0.08 : 0.9,
        'circle-stroke-color': scene.zones.some((z) => z.mark.kind === 'size') ? c.ink : c.panel,
        'circle-stroke-width': 1.5,
      },
    },
    {
      id: 'selected-point',
      type: 'circle',
      source: 'selectedPoint',
      paint: {
        'circle-radius': ['get', 'r'],
        'circle-opacity': 0,
        'circle-stroke-color': c.ink,
        'circle-stroke-width': 3,
      },
    },
    ...(d.small
      ? []
      : ([
          {
            id: 'area-role',
            type: 'symbol',
            source: 'labels',
            filter: ['all', ['!=', ['get', 'role'], ''], ['==', ['get', 'value'], '']],
            layout: {
              'text-field': ['get', 'role'],
              'text-font': HEI,
              'text-size': 12,
              'text-max-width': 11,
              'text-variable-anchor-offset': ['top', [0, 2.15], 'top', [0, 1.1], 'bottom', [0, -1.1]],
            },
            paint: { 'text-color': tintText, ...halo },
          },
          {
            id: 'area-english',
            type: 'symbol',
            source: 'labels',
            filter: ['all', ['!=', ['get', 'sub'], ''], ['==', ['get', 'value'], '']],
            layout: {
              'text-field': ['get', 'sub'],
              'text-font': HEI,
              'text-size': 12,
              'text-anchor': 'top',
              'text-offset': [0, 1.05],
            },
            paint: { 'text-color': c.ink2, ...halo },
          },
        ] satisfies LayerSpecification[])),
    ...(d.small
      ? []
      : ([
          {
            id: 'zone-label',
            type: 'symbol',
            source: 'squares',
            layout: {
              'text-field': ['get', 'text'],
              'text-font': HEI,
              'text-size': 12,
              'text-variable-anchor-offset': [
                'left',
                [1.5, 0],
                'right',
                [-1.5, 0],
                'top',
                [0, 1.5],
                'bottom',
                [0, -1.5],
              ],
              'text-justify': 'auto',
              'symbol-sort-key': ['get', 'rank'],
              'text-max-width': 12,
            },
            paint: { 'text-color': c.ink, ...halo },
          },
        ] satisfies LayerSpecification[])),
    {
      id: 'ribbon-label',
      type: 'symbol',
      source: 'stretches',
      filter: ['!=', ['get', 'label'], ''],
      layout: {
        'symbol-placement': 'line-center',
        'text-field': ['get', 'label'],
        'text-font': HEI,
        'text-size': d.small || scene.rate ? 0 : 11,
        'text-allow-overlap': true,
        'text-ignore-placement': true,
        'text-max-angle': 60,
        'text-padding': 0,
      },
      paint: { 'text-color': c.panel },
    },
    // Names make room for the squares and for where the ribbon ends and meets; on a map too small they lie over them.
    ...(d.crowded ? [heads, ...squares, ...names] : [...names, heads, ...squares]),
  ];
  return { version: 8, name: 'planatlas', sources: sources(scene, d), layers };
}
