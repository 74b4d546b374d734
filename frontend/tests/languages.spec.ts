import { expect, idle, open, test } from './page';

test('switches to English and back, and says which language each run is in', async ({ page }) => {
  await open(page, '?select=region:411424');
  await page.getByRole('button', { name: 'EN', exact: true }).click();
  await expect(page.locator('html')).toHaveAttribute('lang', 'en');
  await expect(page).toHaveURL(/lang=en/);
  const heading = page.getByTestId('drawer').getByRole('heading', { level: 2 });
  await expect(heading.locator('[lang="en"]')).toContainText('Zhecheng');
  await expect(heading.locator('[lang="zh-CN"]')).toContainText('柘城县');
  await expect(page.getByTestId('tasks')).toContainText('Tasks that touch it');
  await idle(page);
  await page.getByRole('button', { name: '中', exact: true }).click();
  await expect(page.locator('html')).toHaveAttribute('lang', 'zh-CN');
  await expect(page.getByTestId('tasks')).toContainText('涉及的任务');
});
