import { gzipSync } from 'node:zlib';
import type { Page, Response } from '@playwright/test';
import { expect, home, idle, test } from './page';

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

test('the whole map page, an area open and all its panels filled, weighs at most 650 kB', async ({ page }) => {
  const weigh = scales(page);
  await page.goto(`${home()}/?area=box:115.1,33.9,115.8,34.4`);
  await idle(page);
  await expect(page.getByTestId('inside').locator('tr[data-code]').first()).toBeVisible();
  await page.waitForLoadState('networkidle');
  const { program, data } = await weigh();
  console.log(`the map page: ${program.toFixed(0)} kB of program, ${data.toFixed(0)} kB of data`);
  expect(program).toBeGreaterThan(200);
  expect(program + data).toBeLessThanOrEqual(650);
});
