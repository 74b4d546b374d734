/** What a drawing needs to look the same outside this page. */
const kept = [
  'fill',
  'fill-opacity',
  'stroke',
  'stroke-width',
  'stroke-dasharray',
  'stroke-linejoin',
  'opacity',
  'paint-order',
  'font-family',
  'font-size',
  'font-weight',
  'text-anchor',
];

/** An SVG of the page as a drawing of its own: styles written out, references kept inside, nothing to operate. */
export function standalone(svg: SVGSVGElement): SVGSVGElement {
  const copy = svg.cloneNode(true) as SVGSVGElement;
  const from = [svg, ...svg.querySelectorAll('*')];
  const to = [copy, ...copy.querySelectorAll('*')];
  from.forEach((element, i) => {
    const style = getComputedStyle(element);
    const target = to[i];
    if (!target) return;
    for (const property of kept) {
      const value = style.getPropertyValue(property);
      // References such as url("page#hatch") must stay inside the file.
      if (value) target.setAttribute(property, value.replace(/url\("?[^"#)]*#([^")]+)"?\)/, 'url(#$1)'));
    }
    for (const attribute of ['class', 'tabindex', 'role', 'data-testid']) target.removeAttribute(attribute);
  });
  return copy;
}

/** Hands a file to the reader. */
export function download(blob: Blob, name: string): void {
  const url = URL.createObjectURL(blob);
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
  URL.revokeObjectURL(url);
}

/** Saves an SVG of the page as a file of its own, with captions (title, period, sources) below it. */
export function saveSvg(svg: SVGSVGElement, name: string, captions: string[]): void {
  const copy = standalone(svg);
  const width = svg.width.baseVal.value;
  const height = svg.height.baseVal.value;
  const page = getComputedStyle(document.documentElement);
  captions.forEach((text, k) => {
    const line = document.createElementNS('http://www.w3.org/2000/svg', 'text');
    line.textContent = text;
    line.setAttribute('x', '12');
    line.setAttribute('y', String(height + 20 + k * 20));
    line.setAttribute('font-size', k ? '11' : '14');
    line.setAttribute('font-family', page.getPropertyValue('--hei'));
    line.setAttribute('fill', page.getPropertyValue('--ink'));
    copy.append(line);
  });
  const tall = height + 20 + captions.length * 20;
  const ground = document.createElementNS('http://www.w3.org/2000/svg', 'rect');
  for (const [key, value] of Object.entries({ width, height: tall, fill: page.getPropertyValue('--paper') })) {
    ground.setAttribute(key, String(value));
  }
  copy.prepend(ground);
  copy.setAttribute('xmlns', 'http://www.w3.org/2000/svg');
  copy.setAttribute('viewBox', `0 0 ${width} ${tall}`);
  copy.setAttribute('height', String(tall));
  download(new Blob([new XMLSerializer().serializeToString(copy)], { type: 'image/svg+xml' }), name);
}
