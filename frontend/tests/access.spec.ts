import AxeBuilder from '@axe-core/playwright';
import { expect, gl, home, long, open, test } from './page';

for (const lang of ['zh', 'en']) {
  for (const theme of ['light', 'dark']) {
    // Each language and each theme once, unless the long run is asked for; once with the map that WebGL draws.
    if (!long && (lang === 'zh') !== (theme === 'light')) continue;
    test(`axe finds nothing: ${lang}, ${theme}`, lang === 'zh' ? gl : {}, async ({ page }) => {
      for (const search of ['&select=region:411424', '&indicator=industrial-va-growth']) {
        await open(page, `?lang=${lang}&theme=${theme}${search}`);
        await expect(page.getByTestId('stages')).toBeVisible();
        const { violations } = await new AxeBuilder({ page }).analyze();
        expect(violations.map((v) => `${v.id}: ${v.nodes.map((n) => n.target.join(' ')).join(', ')}`)).toEqual([]);
      }
      await page.goto(`${process.env.PLANATLAS_URL}/?lang=${lang}&theme=${theme}&view=table`);
      await expect(page.getByTestId('table')).toBeVisible();
      await page.waitForLoadState('networkidle');
      const { violations } = await new AxeBuilder({ page }).analyze();
      expect(violations.map((v) => `${v.id}: ${v.nodes.map((n) => n.target.join(' ')).join(', ')}`)).toEqual([]);
    });
  }
}

test('the page forbids what is not its own', async ({ page }) => {
  const policy = (await page.request.get(home())).headers()['content-security-policy'];
  expect(policy).toContain("default-src 'self'");
  expect(policy).not.toContain('http');
  expect(policy).not.toContain('unsafe');
});

test('by keyboard alone: table, county, close', async ({ page }) => {
  await page.goto(`${process.env.PLANATLAS_URL}/?view=table`);
  const county = page.getByTestId('table').getByRole('button', { name: '永城市' }).first();
  await county.focus();
  await page.keyboard.press('Enter');
  await expect(page.getByTestId('drawer').getByRole('heading', { level: 2 })).toContainText('永城市');
  await page.keyboard.press('Escape');
  await expect(page).not.toHaveURL(/select=/);
});
