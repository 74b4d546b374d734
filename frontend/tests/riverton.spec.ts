import { clickFeature, expect, gl, idle, open, other, rendered, test } from './page';

// The page knows no plan: an invented one, with axes and nodes instead of core, belt and groups, draws as well.
test('another plan with two axes and five nodes draws', gl, async ({ page }) => {
  await open(page, '?plan=riverton-2026-2028', other());
  expect(await rendered(page, 'axis-core')).toHaveLength(2);
  expect((await rendered(page, 'heads')).length).toBe(5);
  await clickFeature(page, 'heads', 'riverton-2026-2028/node-oldtown');
  await expect(page).toHaveURL(/select=layout/);
  await expect(page.getByTestId('drawer').getByRole('heading', { level: 2 })).toContainText('节点');
  await idle(page);
  await page.screenshot({ path: 'test-results/shots/other-plan.png' });
});

test('where there are several plans, one can be chosen', async ({ page }) => {
  await open(page, '', other());
  const choice = page.getByRole('banner').getByRole('combobox');
  expect(await choice.locator('option').count()).toBe(2);
});
