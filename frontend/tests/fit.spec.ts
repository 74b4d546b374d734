import type { Page } from '@playwright/test';
import { expect, home, long, test } from './page';

/** Every view, with something open where a view has something to open. */
const views = {
  map: '/?select=region:411424',
  table: '/?view=table',
  indicators: '/indicators',
  indicator: '/indicators/zone-revenue',
  zones: '/zones',
  zone: '/zones/zhecheng',
  region: '/regions/411424',
  compare: '/compare?zones=zhecheng,minquan,yucheng,yongcheng',
  ledger: '/ledger?task=4',
  meeting: '/ledger?meeting=0',
  task: '/tasks/42',
  projects: '/projects',
  industry: '/industry?chain=sq-superhard-materials',
  plan: '/plan',
  editions: '/editions',
  data: '/data',
  parts: '/parts',
  'screen-1': '/screen?hold=1',
  'screen-2': '/screen?hold=1&scene=2',
  'screen-3': '/screen?hold=1&scene=3',
  'screen-4': '/screen?hold=1&scene=4',
  'screen-5': '/screen?hold=1&scene=5',
};

const sizes = [
  [320, 640],
  [390, 844],
  [768, 1024],
  [1280, 800],
  [1920, 1080],
  [3840, 2160],
] as const;

/** Text that is cut off by what holds it, squeezed until hardly a character fits a line, or broken within a word. */
const illegible = (page: Page): Promise<string[]> =>
  page.evaluate(() => {
    const found = new Set<string>();
    const say = (fault: string, element: Element) =>
      found.add(
        `${fault}: ${element.tagName}.${element.getAttribute('class')} “${element.textContent.trim().slice(0, 40)}”`,
      );
    for (const element of document.querySelectorAll<HTMLElement>('body *')) {
      const texts = [...element.childNodes].filter((n) => n.nodeType === Node.TEXT_NODE && n.textContent?.trim());
      // A drawing keeps its words inside by itself; what is only read aloud is clipped on purpose.
      if (!texts.length || element.closest('svg, option, .sr, .skip')) continue;
      if (!element.checkVisibility({ visibilityProperty: true, opacityProperty: true })) continue;
      const style = getComputedStyle(element);
      if (style.overflowX !== 'visible' && style.overflowX !== 'auto' && element.scrollWidth > element.clientWidth + 1)
        say('cut', element);
      const size = parseFloat(style.fontSize);
      for (const text of texts) {
        const range = document.createRange();
        range.selectNodeContents(text);
        const lines = [...range.getClientRects()].filter((r) => r.width > 1);
        // A word that begins on one line and ends on the next; what is long without end, as a digest, has to be broken.
        // Three letters in a row of hexadecimal digits are no word.
        const words = (text.textContent ?? '').replace(/[0-9A-Za-z]{25,}/g, (run) => ' '.repeat(run.length));
        for (const { 0: word, index } of lines.length > 1 ? words.matchAll(/[A-Za-z]{3,24}/g) : []) {
          range.setStart(text, index);
          range.setEnd(text, index + word.length);
          const parts = [...range.getClientRects()].filter((r) => r.width > 1);
          if (new Set(parts.map((r) => Math.round(r.top))).size > 1) say(`broken at ${word}`, element);
        }
        if (lines.length > 4 && Math.max(...lines.map((r) => r.width)) < size * 2.2) say('squeezed', element);
        for (let holder: Element | null = element; holder && holder !== document.body; holder = holder.parentElement) {
          const { overflowX } = getComputedStyle(holder);
          if (overflowX === 'visible') continue;
          const box = holder.getBoundingClientRect();
          const hidden = overflowX === 'hidden' || overflowX === 'clip';
          if (hidden && lines.some((r) => r.right > box.right + 1 || r.left < box.left - 1)) say('cut', element);
          break;
        }
      }
    }
    return [...found];
  });

for (const [name, address] of Object.entries(views)) {
  test(`${name}: every text is there to be read, at every width`, async ({ page }) => {
    if (long) test.setTimeout(300_000);
    for (const [width, height] of sizes) {
      for (const lang of ['zh', 'en']) {
        // The narrowest, where English is the longer, and the common one in Chinese; all in the long run.
        if (!long && !(width === 320 && lang === 'en') && !(width === 1280 && lang === 'zh')) continue;
        await page.setViewportSize({ width, height });
        await page.goto(`${home()}${address}${address.includes('?') ? '&' : '?'}lang=${lang}`);
        await expect(page.getByRole('heading').first()).toBeVisible();
        await page.waitForLoadState('networkidle');
        const over = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
        expect(over, `${width} px, ${lang}: scrolls sideways`).toBeLessThanOrEqual(0);
        expect(await illegible(page), `${width} px, ${lang}`).toEqual([]);
        if (long) await page.screenshot({ path: `test-results/shots/fit-${name}-${width}-${lang}.png` });
      }
    }
  });
}

test('the map fills the window and nothing below it scrolls', async ({ page }) => {
  await page.setViewportSize({ width: 1280, height: 800 });
  await page.goto(`${home()}/?select=region:411424&lang=en`);
  await expect(page.getByTestId('figures')).toBeVisible();
  await page.waitForLoadState('networkidle');
  expect(await page.evaluate(() => document.documentElement.scrollHeight)).toBe(800);
});
