import { flushSync, mount, unmount } from 'svelte';
import { ask } from '../data/api';
import type { Element } from '../data/atlas';
import type { Figures } from '../data/figures';
import { keyOf } from '../data/legend';
import { PlateSourcesDocument } from '../gql/graphql';
import { nameOf, pick, t } from '../i18n/index.svelte';
import { symbolOf } from '../i18n/units';
import { m } from '../i18n/views/map';
import { readColours } from './colours';
import { widthOf } from './labels';
import MapSvg from './MapSvg.svelte';
import { download, standalone } from './save';
import type { Bar } from './scalebar';
import { type Scene, side } from './scene';

/** What a view knows about its map and the drawing does not. */
export interface About {
  title: string;
  elements: Element[];
  figures: Figures | undefined;
  period: string | undefined;
}

interface Plate {
  /** Its bounds are what is seen: the frame of the map, edge to edge. */
  scene: Scene;
  width: number;
  height: number;
  small: boolean;
  /** What was drawn by hand over the map. */
  drawn: SVGSVGElement | null;
  bar: Bar | undefined;
  about: About;
  sample: string | undefined;
  foot: string[];
}

interface Entry {
  /** Drawn in a field of 30 by 20. */
  mark: string;
  text: string;
}

const escaped = (text: string): string =>
  text.replace(/[&<>"]/g, (c) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' })[c] ?? c);

/** What the signs of this map mean, drawn with the patterns that the map brings along. */
function legend({ scene, about, small }: Plate): Entry[] {
  const c = readColours();
  const rect = (fill: string, stroke: string, extra = '') =>
    `<rect x="1" y="2" width="28" height="16" fill="${fill}" stroke="${stroke}" ${extra}/>`;
  const keys: Entry[] = [];
  const { figures, period } = about;
  if (figures) {
    const places = [...scene.areas.map((a) => a.region.code), ...scene.zones.map((z) => z.zone.code)];
    const { classes, sizes, unit, absent, withheld } = keyOf(figures, period, places);
    classes.forEach(({ text, count }, k) =>
      keys.push({
        mark: rect(c.classes[k] ?? c.land, c.ink3),
        text: `${[text, unit].filter(Boolean).join(' ')}${t().paren(String(count))}`,
      }),
    );
    const round = !scene.zones.some((z) => figures.covers(z.zone.code));
    for (const { share, text } of sizes) {
      const px = side(share, small);
      const mark = round
        ? `<circle cx="15" cy="10" r="${px / Math.sqrt(Math.PI)}" fill="${c.ink}"/>`
        : `<rect x="${15 - px / 2}" y="${10 - px / 2}" width="${px}" height="${px}" fill="${c.ink}"/>`;
      keys.push({ mark, text });
    }
    if (absent) keys.push({ mark: rect('url(#none)', c.ink3), text: `${t().noData}${t().paren(String(absent))}` });
    if (withheld)
      keys.push({ mark: rect('url(#cross)', c.ink3), text: `${t().suppressed}${t().paren(String(withheld))}` });
  }
  for (const e of about.elements) {
    const text = nameOf(e);
    const line = (colour: string, extra: string) => `<path d="M1 10H29" fill="none" stroke="${colour}" ${extra}/>`;
    switch (e.form) {
      case 'CORE':
        keys.push({ mark: rect(scene.rate ? 'none' : c.coreTint, c.core, 'stroke-width="2.6"'), text });
        break;
      case 'GROUP':
        keys.push({ mark: rect(scene.rate ? 'none' : c.groupTint, c.group, 'stroke-width="2.5"'), text });
        break;
      case 'AREA':
        keys.push({ mark: rect('url(#dots)', c.group, 'stroke-dasharray="6 4" stroke-width="2"'), text });
        break;
      case 'NODE':
        keys.push({
          mark: `<circle cx="15" cy="10" r="7" fill="${c.panel}" stroke="${c.core}" stroke-width="2.4"/>`,
          text,
        });
        break;
      case 'BELT':
        keys.push({
          mark: rect('url(#hatch)', c.ink2) + line(c.belt, 'stroke-width="6"'),
          text: text + t().paren(t().schematic),
        });
        break;
      case 'AXIS':
        keys.push({
          mark: line(c.belt, 'stroke-width="5"') + line(c.panel, 'stroke-width="1.4"'),
          text: text + t().paren(t().schematic),
        });
    }
  }
  if (scene.zones.some((z) => z.at) && !scene.zones.some((z) => z.mark.kind === 'size'))
    keys.push({
      mark: `<rect x="9.5" y="4.500" width="11" height="11" fill="${c.panel}" stroke="${c.ink}"/>`,
      text: t().zones,
    });
  if (scene.projects.length && !small) {
    const dot = (x: number, fill: string) => `<circle cx="${x}" cy="10" r="3.2" fill="${fill}" stroke="${c.ink2}"/>`;
    const stages = [t().stagesBefore, t().stagesDuring, t().stagesAfter].join(' / ');
    keys.push({
      mark: dot(6, c.panel) + dot(15, c.ink3) + dot(24, c.ink),
      text: `${t().projects}${t().paren(stages)}`,
    });
  }
  return keys;
}

/** Whose figures these are, each document once. */
async function sources({ about }: Plate): Promise<string> {
  const { figures, period } = about;
  if (!figures || !period) return '';
  const { indicator } = figures;
  const cells = { indicators: [indicator.code], periods: { from: period, to: period }, sample: true };
  const { observations } = (await ask(PlateSourcesDocument, { cells })).data;
  const named = observations.rows.flatMap((r) =>
    (r.observation?.citations.slice(0, 1) ?? []).map(({ document: d }) => {
      const title = pick(d.title, d.titleEn);
      return d.sample ? `${title}${t().paren(t().sample)}` : [d.issuer, title, d.issuedOn].filter(Boolean).join(' ');
    }),
  );
  const list = [...new Set(named)];
  const shown = list.slice(0, 4).join('; ');
  return shown && `${m().save.sources}${t().colon}${shown}${list.length > 4 ? ` ${m().save.more(list.length)}` : ''}`;
}

/** Breaks a text where it must, by words of Latin script and by characters of Chinese. */
function wrapped(text: string, size: number, width: number): string[] {
  const rows: string[] = [];
  let row = '';
  for (const part of text.match(/[\u2e80-\uffef]|[^\s\u2e80-\uffef]{1,40}|\s+/g) ?? []) {
    if (row && widthOf(row + part, size) > width) {
      rows.push(row.trimEnd());
      row = part.trimStart();
    } else row += part;
  }
  return row.trim() ? [...rows, row.trimEnd()] : rows;
}

/** The map of this moment as an SVG, drawn apart from the page with the same program as the plain map. */
function mapDrawing({ scene, width, height, small }: Plate): SVGSVGElement {
  const holder = document.createElement('div');
  holder.style.position = 'fixed';
  holder.style.left = '-20000px';
  holder.style.width = `${width}px`;
  holder.style.height = `${height}px`;
  document.body.append(holder);
  const padding = { top: 0, right: 0, bottom: 0, left: 0 };
  const props = { scene, width, height, padding, small, quiet: true, select: () => {}, moved: () => {} };
  const map = mount(MapSvg, { target: holder, props });
  try {
    flushSync();
    const svg = holder.querySelector('svg');
    if (!svg) throw new Error('the map was not drawn');
    return standalone(svg);
  } finally {
    void unmount(map);
    holder.remove();
  }
}

/** Title above, map in its frame, below it legend, scale, north, sources, review number and where it is live. */
function sheet(plate: Plate, said: string): string {
  const { width: w, height: h, about, bar, sample, drawn, foot } = plate;
  const c = readColours();
  const style = getComputedStyle(document.documentElement);
  const token = (name: string) => style.getPropertyValue(`--${name}`).trim().replaceAll('"', "'");
  const edge = 24;
  const inner = w;
  const lang = document.documentElement.lang;
  const text = (x: number, y: number, size: number, words: string, more = '') =>
    `<text x="${x}" y="${y}" font-size="${size}" ${more}>${escaped(words)}</text>`;
  let y = edge + 24;
  const parts: string[] = [];
  for (const row of wrapped(about.title, 22, inner)) {
    parts.push(text(edge, y, 22, row, `font-family="${token('song')}" font-weight="600" fill="${c.ink}"`));
    y += 30;
  }
  const period = about.figures?.periods.find((p) => p.code === about.period);
  const called = about.figures && nameOf(about.figures.indicator);
  const sub = about.figures && [
    called && about.title.startsWith(called) ? '' : called,
    period && pick(period.label, period.labelEn),
    symbolOf(about.figures.indicator.unit),
  ];
  if (sub) {
    parts.push(text(edge, y - 4, 14, sub.filter(Boolean).join(' · '), `fill="${c.ink2}"`));
    y += 22;
  }
  if (sample) {
    const wide = Math.min(inner, widthOf(sample, 13) + 16);
    parts.push(
      `<rect x="${edge}" y="${y - 14}" width="${wide}" height="22" fill="none" stroke="${token('sample')}" stroke-dasharray="3 2"/>`,
      text(edge + 8, y + 2, 13, sample, `fill="${token('sample')}" font-weight="500"`),
    );
    y += 22;
  }
  const top = y;
  const place = (svg: SVGSVGElement): string => {
    svg.setAttribute('x', String(edge));
    svg.setAttribute('y', String(top));
    svg.setAttribute('overflow', 'hidden');
    svg.removeAttribute('style');
    return new XMLSerializer().serializeToString(svg);
  };
  parts.push(place(mapDrawing(plate)));
  if (drawn) parts.push(place(standalone(drawn)));
  parts.push(`<rect x="${edge}" y="${top}" width="${w}" height="${h}" fill="none" stroke="${c.ink}"/>`);
  y = top + h + 16;

  // Scale and north on the right, the legend in rows on the left.
  const right = bar ? Math.max(bar.px * 2 + 70, 110) : 60;
  const north = edge + inner - 12;
  parts.push(
    `<path d="M${north} ${y + 34}V${y + 12}l-6 10h12l-6-10" fill="${c.ink}" stroke="${c.ink}"/>`,
    text(north, y + 8, 12, t().north, `text-anchor="middle" fill="${c.ink}"`),
  );
  if (bar) {
    const x = north - 34 - bar.px * 2 - 14;
    parts.push(
      `<path d="M${x} ${y + 20}v8h${bar.px * 2}v-8M${x + bar.px} ${y + 23}v5" fill="none" stroke="${c.ink}" stroke-width="1.2"/>`,
      text(x, y + 15, 11, '0', `fill="${c.ink2}" text-anchor="middle"`),
      text(x + bar.px, y + 15, 11, String(bar.km), `fill="${c.ink2}" text-anchor="middle"`),
      text(x + bar.px * 2, y + 15, 11, `${bar.km * 2} km`, `fill="${c.ink2}" text-anchor="middle"`),
    );
  }
  const narrow = inner - right < 260;
  let x = edge;
  let row = y + (narrow ? 46 : 6);
  const limit = edge + (narrow ? inner : inner - right - 40);
  for (const key of legend(plate)) {
    const wide = 38 + widthOf(key.text, 12) + 18;
    if (x > edge && x + wide > limit) {
      x = edge;
      row += 30;
    }
    parts.push(`<g transform="translate(${x} ${row})">${key.mark}${text(38, 14, 12, key.text, `fill="${c.ink}"`)}</g>`);
    x += wide;
  }
  y = Math.max(row + 44, y + 58);
  const address = `${m().save.link}${t().colon}${location.href}`;
  for (const line of [said, ...foot, address].filter(Boolean)) {
    for (const part of wrapped(line, 11, inner)) {
      parts.push(text(edge, y, 11, part, `fill="${c.ink2}"`));
      y += 17;
    }
  }
  const total = { w: w + 2 * edge, h: y + edge - 10 };
  return `<svg xmlns="http://www.w3.org/2000/svg" xml:lang="${lang}" width="${total.w}" height="${total.h}" viewBox="0 0 ${total.w} ${total.h}" font-family="${token('hei')}"><title>${escaped(about.title)}</title><rect width="100%" height="100%" fill="${c.paper}"/>${parts.join('')}</svg>`;
}

/** Twice as fine as the screen of old, and never larger than a browser's canvas may be. */
async function picture(svg: string): Promise<Blob> {
  const url = URL.createObjectURL(new Blob([svg], { type: 'image/svg+xml' }));
  try {
    const image = new Image();
    image.src = url;
    await image.decode();
    const scale = Math.min(2, 8000 / Math.max(image.width, image.height));
    const canvas = document.createElement('canvas');
    canvas.width = Math.round(image.width * scale);
    canvas.height = Math.round(image.height * scale);
    canvas.getContext('2d')?.drawImage(image, 0, 0, canvas.width, canvas.height);
    const blob = await new Promise<Blob | null>((done) => canvas.toBlob(done, 'image/png'));
    if (!blob) throw new Error('the browser gave no picture');
    return blob;
  } finally {
    URL.revokeObjectURL(url);
  }
}

export async function savePlate(format: 'svg' | 'png', plate: Plate): Promise<void> {
  const svg = sheet(plate, await sources(plate));
  const name = ['planatlas', plate.about.figures?.indicator.code ?? 'layout', plate.about.period].filter(Boolean);
  download(
    format === 'svg' ? new Blob([svg], { type: 'image/svg+xml' }) : await picture(svg),
    `${name.join('-')}.${format}`,
  );
}
