import { readFile } from 'node:fs/promises';
import AxeBuilder from '@axe-core/playwright';
import type { Page } from '@playwright/test';
import { expect, gl, look, open, test } from './page';

async function saved(page: Page, format: 'SVG' | 'PNG'): Promise<{ name: string; bytes: Buffer }> {
  const [file] = await Promise.all([
    page.waitForEvent('download'),
    page.getByTestId('save').getByRole('button', { name: format }).click(),
  ]);
  return { name: file.suggestedFilename(), bytes: await readFile(await file.path()) };
}

test('the map is saved as SVG with all that a printed map owes its reader', gl, async ({ page }) => {
  await open(page, '?indicator=zone-revenue&period=2024&area=box:115.1,33.9,115.8,34.4');
  await page.getByRole('button', { name: '导出' }).click();
  const { name, bytes } = await saved(page, 'SVG');
  expect(name).toBe('planatlas-zone-revenue-2024.svg');
  const text = bytes.toString('utf8');
  const faults = await page.evaluate((svg) => {
    const read = new DOMParser().parseFromString(svg, 'image/svg+xml');
    const broken = [...read.querySelectorAll('parsererror')].length;
    const ids = new Set([...read.querySelectorAll('[id]')].map((e) => e.id));
    const lost = [...svg.matchAll(/url\(#([^)]+)\)/g)].map((found) => found[1] ?? '').filter((id) => !ids.has(id));
    return { broken, lost, foreign: [...svg.matchAll(/(?:href|src)="(?!#)[^"]*"/g)].map((found) => found[0]) };
  }, text);
  expect(faults).toEqual({ broken: 0, lost: [], foreign: [] });
  // The page's own variables would be nothing in another program.
  expect(text).not.toContain('var(--');
  const words = text.replace(/<[^>]*>/g, '\n');
  for (const part of [
    '开发区营收',
    '2024',
    '亿元',
    '一核',
    '一带',
    '审图号',
    '行政区划数据',
    '数据来源',
    '北',
    'km',
    '示例',
    '在线查看',
    'area=box:115.1,33.9,115.8,34.4',
    '柘城县',
  ])
    expect(words, part).toContain(part);
});

test('the PNG is the same sheet, in English and dark, of what is seen', gl, async ({ page }) => {
  await open(page, '?lang=en&theme=dark&indicator=industrial-va-growth');
  await look(page, 115.3, 34.07, 10);
  await page.getByRole('button', { name: 'Save', exact: true }).click();
  const { name, bytes } = await saved(page, 'PNG');
  expect(name).toMatch(/^planatlas-industrial-va-growth-.*\.png$/);
  expect(bytes.subarray(1, 4).toString()).toBe('PNG');
  const [width, height] = [bytes.readUInt32BE(16), bytes.readUInt32BE(20)];
  expect(width).toBeGreaterThan(1000);
  expect(height).toBeGreaterThan(1000);
  // Really drawn: many colours, and dark paper in the corner.
  const seen = await page.evaluate(async (base64) => {
    const image = await createImageBitmap(
      new Blob([Uint8Array.from(atob(base64), (c) => c.charCodeAt(0))], { type: 'image/png' }),
    ).catch(() => undefined);
    if (!image) return { colours: 0, corner: [255, 255, 255] };
    const canvas = new OffscreenCanvas(image.width, image.height);
    const pen = canvas.getContext('2d');
    pen?.drawImage(image, 0, 0);
    const data = pen?.getImageData(0, 0, image.width, image.height).data ?? new Uint8ClampedArray();
    const colours = new Set<number>();
    for (let i = 0; i < data.length; i += 4 * 97)
      colours.add(((data[i] ?? 0) << 16) | ((data[i + 1] ?? 0) << 8) | (data[i + 2] ?? 0));
    return { colours: colours.size, corner: [...data.slice(0, 3)] };
  }, bytes.toString('base64'));
  expect(seen.colours).toBeGreaterThan(20);
  expect(Math.max(...seen.corner)).toBeLessThan(60);
});

for (const [lang, theme] of [
  ['zh', 'dark'],
  ['en', 'light'],
] as const) {
  test(`axe finds nothing while saving and reading: ${lang}, ${theme}`, async ({ page }) => {
    const faults = async () =>
      (await new AxeBuilder({ page }).analyze()).violations.map(
        (v) => `${v.id}: ${v.nodes.map((n) => n.target.join(' ')).join(', ')}`,
      );
    await open(page, `?lang=${lang}&theme=${theme}&indicator=zone-revenue&period=2024`);
    await page.locator('[data-kind="save"]').click();
    await expect(page.getByTestId('save')).toBeVisible();
    expect(await faults()).toEqual([]);
    await page.locator('[data-kind="travel"]').click();
    await expect(page.getByTestId('readout').getByRole('status')).toContainText(lang === 'zh' ? '相邻' : 'Neighbours');
    await page.keyboard.press('ArrowDown');
    expect(await faults()).toEqual([]);
    await page.screenshot({ path: `test-results/shots/travel-1440-${lang}-${theme}.png` });
  });
}
