import AxeBuilder from '@axe-core/playwright';
import { expect, home, test } from './page';

test('by keys alone: search by initials, open the task, come back', async ({ page }) => {
  await page.goto(`${home()}/ledger`);
  await expect(page.getByTestId('ledger')).toBeVisible();
  await page.keyboard.press('/');
  const search = page.getByTestId('search');
  await expect(search.getByRole('combobox')).toBeFocused();
  await page.keyboard.type('zcx');
  const options = search.getByRole('option');
  await expect(options.first()).toContainText('柘城县');
  const { violations } = await new AxeBuilder({ page }).analyze();
  expect(violations.map((v) => `${v.id}: ${v.nodes.map((n) => n.target.join(' ')).join(', ')}`)).toEqual([]);
  await page.keyboard.press('Enter');
  await expect(page).toHaveURL(/\/regions\/411424/);
  await expect(search).toHaveCount(0);
  await page.keyboard.press('/');
  await page.keyboard.type('5G基站');
  await expect(options.filter({ hasText: '任务' }).first()).toBeVisible();
  await page.keyboard.press('Escape');
  await page.goBack();
  await expect(page.getByTestId('ledger')).toBeVisible();
});

test('a search that finds nothing says so, and ? lists the keys', async ({ page }) => {
  await page.setViewportSize({ width: 390, height: 844 });
  await page.goto(`${home()}/ledger?lang=en`);
  await page.getByRole('button', { name: 'Search' }).click();
  await page.keyboard.type('qqqqzzzz');
  await expect(page.getByTestId('search')).toContainText('Nothing found');
  await page.getByRole('button', { name: 'Close' }).click();
  await page.keyboard.press('?');
  await expect(page.getByTestId('help')).toBeVisible();
});

test('a chain and a cluster that were found are open on the page they lead to', async ({ page }) => {
  await page.goto(`${home()}/ledger`);
  await expect(page.getByTestId('ledger')).toBeVisible();
  await page.keyboard.press('/');
  await page.keyboard.type('超硬材料');
  const found = page.getByTestId('search').getByRole('option').filter({ hasText: '产业链' }).first();
  await found.click();
  await expect(page).toHaveURL(/\/industry\?chain=/);
  await expect(page.getByTestId('one-chain').getByRole('heading').first()).toContainText('超硬材料');
});
