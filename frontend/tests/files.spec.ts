import { expect, home, test } from './page';

/** Each view that has a table, what stands in its header line, and the forms it can be taken away in. */
const views = [
  ['/ledger', '"number","title"', ['CSV', 'Excel']],
  ['/projects?stage=BUILDING', '"investment.value"', ['CSV', 'Excel', 'GeoJSON']],
  ['/zones', '"leadingIndustries"', ['CSV', 'Excel', 'GeoJSON']],
  ['/zones/zhecheng', '"quantity.value"', ['CSV', 'Excel']],
  ['/regions/411424', '"quantity.value"', ['CSV', 'Excel']],
  ['/indicators/industrial-va-growth', '"quantity.value"', ['CSV', 'Excel']],
  ['/industry', '"tier"', ['CSV', 'Excel']],
  ['/data', '"issuer"', ['CSV', 'Excel']],
] as const;
const mediaOf = { CSV: 'text/csv', Excel: 'spreadsheetml', GeoJSON: 'application/geo+json' };

for (const [path, column, forms] of views) {
  test(`${path}: its table can be taken away in each form, in the language of the page`, async ({ page }) => {
    for (const lang of ['zh', 'en']) {
      await page.goto(`${home()}${path}${path.includes('?') ? '&' : '?'}lang=${lang}`);
      const files = page.getByTestId('files').first();
      await expect(files.getByRole('link')).toHaveText([...forms]);
      for (const form of forms) {
        const href = (await files.getByRole('link', { name: form }).getAttribute('href')) ?? '';
        expect(href).toContain(`lang=${lang.toUpperCase()}`);
        if (path !== '/ledger') expect(href, 'the state that the page shows').toContain('revision=1');
        const answer = await page.request.get(home() + href);
        expect(answer.status(), `${href}: ${answer.status() === 200 ? '' : await answer.text()}`).toBe(200);
        expect(answer.headers()['content-type']).toContain(mediaOf[form]);
        if (form === 'CSV') {
          const text = await answer.text();
          expect(text.split('\n')[0]).toContain(column);
          expect(text.trim().split('\n').length).toBeGreaterThan(2);
        } else if (form === 'GeoJSON') {
          const { features } = (await answer.json()) as { features: unknown[] };
          expect(features.length).toBeGreaterThan(5);
        }
      }
    }
  });
}

test('at an older state the table is that of the older state', async ({ page }) => {
  await page.goto(`${home()}/ledger?revision=1`);
  const csv = page.getByTestId('files').getByRole('link', { name: 'CSV' });
  await expect(csv).toHaveAttribute('href', /revision=1/);
});
