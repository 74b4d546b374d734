import { gzipSync } from 'node:zlib';
import type { Page, Response } from '@playwright/test';
import { expect, gl, home, test } from './page';

/** What came over the line, in kB: scripts, styles and data packed as every server packs them; fonts and pictures apart. */
interface Came {
  program: number;
  data: number;
}

/** Weighs everything that a page asks for from now on. */
function scales(page: Page): () => Promise<Came> {
  const heard: Response[] = [];
  page.on('response', (response) => heard.push(response));
  return async () => {
    const came: Came = { program: 0, data: 0 };
    for (const response of heard) {
      const type = response.headers()['content-type'] ?? '';
      const kind = /javascript|css/.test(type) ? 'program' : /json/.test(type) ? 'data' : undefined;
      if (!kind || response.status() !== 200) continue;
      came[kind] += gzipSync(await response.body()).length / 1000;
    }
    return came;
  };
}

test('what is first useful weighs at most 150 kB: text, tables and lists of a view', async ({ page }) => {
  for (const path of ['/ledger', '/zones/zhecheng', '/indicators', '/?view=table']) {
    const weigh = scales(page);
    await page.goto(`${home()}${path}`);
    await page.waitForLoadState('networkidle');
    const { program } = await weigh();
    expect(program, path).toBeGreaterThan(20);
    expect(program, path).toBeLessThanOrEqual(150);
    page.removeAllListeners('response');
    // Each view from nothing, as somebody who follows a link.
    await page.goto('about:blank');
  }
});

test('the whole map page weighs at most 650 kB, and what an area brings is small', gl, async ({ page }) => {
  const weigh = scales(page);
  await page.goto(`${home()}/`);
  await expect(page.getByTestId('map')).toBeVisible();
  await page.waitForLoadState('networkidle');
  const map = await weigh();
  expect(map.program).toBeGreaterThan(200);
  expect(map.program + map.data, JSON.stringify(map)).toBeLessThanOrEqual(650);
  // Drawing, the ellipsoid and exact outlines come once somebody asks what lies in an area.
  page.removeAllListeners('response');
  const more = scales(page);
  await page.goto(`${home()}/?area=box:115.1,33.9,115.8,34.4`);
  await expect(page.getByTestId('map')).toBeVisible();
  await page.waitForLoadState('networkidle');
  await expect(page.getByTestId('inside').locator('tr[data-code]').first()).toBeVisible();
  await page.waitForLoadState('networkidle');
  const area = await more();
  expect(area.program + area.data, JSON.stringify(area)).toBeLessThanOrEqual(map.program + map.data + 85);
});
