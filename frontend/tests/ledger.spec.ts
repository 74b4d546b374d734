import AxeBuilder from '@axe-core/playwright';
import type { Page } from '@playwright/test';
import { expect, home, test } from './page';

const visit = async (page: Page, path: string): Promise<void> => {
  await page.goto(`${home()}${path}`);
  await page.waitForLoadState('networkidle');
};

test('the ledger holds every task, and its scorecard the whole total', async ({ page }) => {
  await visit(page, '/ledger');
  const ledger = page.getByTestId('ledger');
  await expect(ledger.locator('tbody tr:not(.group)')).toHaveCount(54);
  const counts = await page.getByTestId('scorecard').locator('b').allTextContents();
  expect(counts.map(Number).reduce((a, b) => a + b, 0)).toBe(54);
  for (const word of ['无数据', '不可量化']) await expect(page.getByTestId('scorecard')).toContainText(word);
  const row = ledger.locator('#task-10');
  for (const text of ['市工业和信息化局', '万家', '2024年', '示例']) await expect(row).toContainText(text);
  await expect(row.locator('.light').first()).toContainText('无数据');
});

test('filters stand in the address and leave the total alone', async ({ page }) => {
  await visit(page, '/ledger');
  await page.getByRole('combobox', { name: /^状态/ }).selectOption('NOT_MEASURABLE');
  await expect(page).toHaveURL(/light=NOT_MEASURABLE/);
  await expect(page.getByTestId('ledger').locator('tbody tr:not(.group)')).toHaveCount(17);
  await expect(page.getByTestId('scorecard').locator('i')).toHaveCount(54);
  await page.getByRole('button', { name: '清除筛选' }).click();
  await page.getByRole('combobox', { name: /^目标类型/ }).selectOption('ANNUAL_QUOTA');
  const quotas = await page.getByTestId('ledger').locator('tbody tr:not(.group)').count();
  expect(quotas).toBeGreaterThan(5);
  await page.getByRole('button', { name: '按状态排序' }).click();
  await expect(page.getByTestId('ledger').locator('tbody tr').first().locator('td.light')).toContainText('滞后');
});

test('a row opens into sentence, history and sources, and its link opens it again', async ({ page }) => {
  await visit(page, '/ledger');
  await page.locator('#task-4').getByRole('button').click();
  const detail = page.getByTestId('ledger').locator('.detail');
  await expect(detail.getByRole('img', { name: /高端装备.*各期数值/ }).first()).toBeVisible();
  await expect(detail).toContainText('报送与证据');
  await expect(detail).toContainText('判定规则');
  await expect(detail).toContainText('突破300亿元');
  await expect(page).toHaveURL(/task=4/);
  await page.reload();
  await expect(page.locator('#task-4')).toBeInViewport();
});

test('the meeting steps through reds and ambers by arrow, one to a page', async ({ page }) => {
  await visit(page, '/ledger');
  await page.getByRole('button', { name: '会议模式' }).click();
  const meeting = page.getByTestId('meeting');
  await expect(meeting.getByRole('status').first()).toContainText('第 1 项');
  const first = await meeting.getByRole('heading', { level: 1 }).textContent();
  await page.keyboard.press('ArrowRight');
  await expect(meeting.getByRole('status').first()).toContainText('第 2 项');
  await expect(meeting.getByRole('heading', { level: 1 })).not.toHaveText(first ?? '');
  await page.keyboard.press('ArrowLeft');
  await expect(meeting.getByRole('heading', { level: 1 })).toHaveText(first ?? '');
  await page.keyboard.press('Escape');
  await expect(page.getByTestId('ledger')).toBeVisible();
});

test('a task has a page: who counts, who nearly does, who leads, what the linter found', async ({ page }) => {
  await visit(page, '/tasks/42');
  await expect(page.getByRole('heading', { level: 1 })).toContainText('开发区达到4个');
  const members = page.getByTestId('members').getByRole('listitem');
  await expect(members).toHaveCount(10);
  await expect(members.first()).toContainText('达到');
  await expect(page.getByTestId('threshold')).toContainText('最省力：民权高新技术产业开发区');
  await expect(page.getByTestId('threshold')).toContainText('任务 43');
  await expect(page.getByTestId('units')).toContainText('市发展改革委');
  await expect(page.getByTestId('flaws').locator('blockquote').first()).toBeVisible();
  await page.getByRole('link', { name: /下一项/ }).click();
  await expect(page).toHaveURL(/\/tasks\/43/);
  await expect(page.getByRole('heading', { level: 1 })).toContainText('10个');
});

test('an unknown task and an unknown page say so and lead on', async ({ page }) => {
  await visit(page, '/tasks/999');
  await expect(page.getByRole('heading', { level: 1 })).toContainText('没有这一项任务');
  await page.getByRole('link', { name: '回到台账' }).click();
  await expect(page.getByTestId('ledger')).toBeVisible();
  await visit(page, '/no/such/page');
  await expect(page.getByRole('heading', { level: 1 })).toContainText('没有这个页面');
});

test('the plan is read with its targets beside it, linked both ways', async ({ page }) => {
  await visit(page, '/plan');
  const text = page.getByTestId('plan-text');
  const target = text.locator('#margin-h-03');
  await target.click();
  const quote = text.locator('[data-keys~="h-03"]');
  await expect(quote).toBeFocused();
  await expect(quote).toContainText('1400亿元');
  await expect(page).toHaveURL(/at=h-03/);
  await quote.click();
  await expect(target).toBeFocused();
  await page.getByRole('combobox', { name: /^显示/ }).selectOption('flaws');
  await expect(text.locator('details[open] blockquote').first()).toBeVisible();
});

test('projects stand by stage with counts, money and how long each stage takes; filters narrow both', async ({
  page,
}) => {
  await visit(page, '/projects');
  const pipeline = page.getByTestId('pipeline');
  await expect(pipeline.getByRole('listitem').first()).toContainText('签约');
  await expect(pipeline).toContainText('亿元');
  await expect(pipeline).toContainText(/中位 \d+ 天/);
  const rows = page.getByTestId('projects').locator('tbody tr');
  const count = page.getByRole('status').filter({ hasText: '行' });
  await expect(count).toHaveText('404 行');
  await pipeline.getByRole('button', { name: /在建/ }).click();
  await expect(page).toHaveURL(/stage=BUILDING/);
  await expect(count).toHaveText('404 行中的 147 行');
  await page.getByRole('combobox', { name: /^地区/ }).selectOption('411424');
  await expect(page).toHaveURL(/region=411424/);
  await expect(rows.first()).toContainText('在建');
  await rows.first().getByRole('link').first().click();
  await expect(page).toHaveURL(/select=project:/);
});

for (const [width, height] of [
  [320, 700],
  [390, 844],
  [1280, 900],
] as const) {
  test(`ledger, task, plan and projects fit at ${width} px`, async ({ page }) => {
    await page.setViewportSize({ width, height });
    for (const lang of ['zh', 'en']) {
      for (const path of ['/ledger?task=10', '/ledger?meeting=0', '/tasks/42', '/plan', '/projects']) {
        await visit(page, `${path}${path.includes('?') ? '&' : '?'}lang=${lang}`);
        await expect(page.getByRole('heading', { level: 1 })).toBeVisible();
        const over = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
        expect(over, `${path} ${lang} scrolls sideways`).toBeLessThanOrEqual(0);
        if (width === 320) continue;
        const name = path.replaceAll(/\W+/g, '-');
        await page.screenshot({ path: `test-results/shots/view${name}-${width}-${lang}.png` });
      }
    }
  });
}

const pages = ['/ledger?task=42', '/ledger?meeting=0', '/tasks/42', '/plan', '/projects'];
for (const lang of ['zh', 'en']) {
  for (const theme of ['light', 'dark']) {
    // Both languages and both themes once; all four together in the long run.
    if (!process.env.PLANATLAS_TEST_LONG && (lang === 'en') !== (theme === 'dark')) continue;
    test(`axe finds nothing in ledger, task, plan and projects: ${lang}, ${theme}`, async ({ page }) => {
      for (const path of pages) {
        await visit(page, `${path}${path.includes('?') ? '&' : '?'}lang=${lang}&theme=${theme}`);
        await expect(page.getByRole('heading', { level: 1 })).toBeVisible();
        const { violations } = await new AxeBuilder({ page }).analyze();
        expect(violations.map((v) => `${path} ${v.id}: ${v.nodes.map((n) => n.target.join(' ')).join(', ')}`)).toEqual(
          [],
        );
      }
    });
  }
}

test('a task that touches a cluster and a chain of the same code names both', async ({ page }) => {
  await page.goto(`${home()}/tasks/30`);
  const places = page.getByTestId('places');
  await expect(places.getByRole('link', { name: '生物医药', exact: true })).toHaveCount(2);
});
