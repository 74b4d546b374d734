import { expect, open, test } from './page';

test('a county: role with the quote, figures with period and source, tasks with how, projects by stage', async ({
  page,
}) => {
  await open(page, '?select=region:411424');
  const drawer = page.getByTestId('drawer');
  await expect(drawer.getByRole('heading', { level: 2 })).toContainText('柘城县');
  await expect(drawer).toContainText('Zhecheng');
  await expect(drawer.locator('blockquote').first()).toContainText('三组团');
  const figures = drawer.getByTestId('figures');
  await expect(figures).toContainText('地区生产总值');
  await expect(figures).toContainText('亿元');
  await expect(figures).toContainText('可信度');
  await figures.getByRole('button').last().click();
  await expect(figures.getByText('示例').first()).toBeVisible();
  const tasks = drawer.getByTestId('tasks');
  await expect(tasks).toContainText('优化制造业空间布局');
  await expect(tasks).toContainText(/原文点名|经空间布局/);
  const duties = drawer.getByTestId('duties');
  await expect(duties).not.toHaveAttribute('open');
  await duties.locator('summary').click();
  await expect(duties).toContainText('经责任单位');
  await expect(drawer.getByTestId('stages')).toContainText('在建');
  await expect(drawer).toContainText('境内开发区');
});

test('a task opens into its targets, milestones and units', async ({ page }) => {
  await open(page, '?select=region:411424');
  const tasks = page.getByTestId('tasks');
  await tasks.getByRole('button', { expanded: false }).first().click();
  await expect(tasks.locator('.detail')).toContainText(/目标|≥|力争|没有/);
});

test('the whole city is shown when nothing is selected', async ({ page }) => {
  await open(page);
  await expect(page.getByTestId('drawer').getByRole('heading', { level: 2 })).toContainText('商丘市');
});

test('a layout element has its members, and their projects', async ({ page }) => {
  await open(page, '?select=layout:shangqiu-2023-2025/core');
  const drawer = page.getByTestId('drawer');
  for (const name of ['梁园区', '睢阳区', '虞城县', '宁陵县']) await expect(drawer).toContainText(name);
  await expect(drawer).toContainText('推定');
  await expect(drawer.getByTestId('stages')).toContainText('签约');
});

test('a panel that fails says so and can be tried again', async ({ page }) => {
  let broken = true;
  await page.route('**/graphql', async (route) => {
    const text = route.request().postData() ?? '';
    if (broken && text.includes('RegionDetail')) {
      await route.fulfill({
        status: 200,
        contentType: 'application/json',
        body: JSON.stringify({ data: null, errors: [{ message: 'no', extensions: { code: 'UNAVAILABLE' } }] }),
      });
    } else await route.continue();
  });
  await open(page, '?select=region:411424');
  const alert = page.getByTestId('drawer').getByRole('alert');
  await expect(alert).toContainText('UNAVAILABLE');
  broken = false;
  await alert.getByRole('button', { name: '重试' }).click();
  await expect(page.getByTestId('figures')).toContainText('地区生产总值');
});

test('the belt says first which counties it is made of, and has no area', async ({ page }) => {
  await open(page);
  await page.getByRole('button', { name: /^一带/ }).first().click();
  const drawer = page.getByTestId('drawer');
  await expect(drawer.getByRole('heading', { level: 2 })).toContainText('一带');
  await expect(drawer.getByRole('heading', { level: 3 }).first()).toHaveText('成员');
  await expect(drawer).toContainText('民权县');
  await expect(drawer).not.toContainText('0.0 平方公里');
});
