import { expect, home, long, test } from './page';

/** Each view that has a table, what stands in its header line, and the forms it can be taken away in. */
const views = [
  ['/ledger', '"number","title"', ['CSV', 'Excel']],
  ['/projects?stage=BUILDING', '"investment.value"', ['CSV', 'Excel', 'GeoJSON']],
  ['/zones', '"leadingIndustries"', ['CSV', 'Excel', 'GeoJSON']],
  ['/zones/zhecheng', '"quantity.value"', ['CSV', 'Excel']],
  ['/regions/411424', '"quantity.value"', ['CSV', 'Excel']],
  ['/indicators/industrial-va-growth', '"quantity.value"', ['CSV', 'Excel', 'GeoJSON']],
  ['/compare?zones=zhecheng,minquan&period=2024', '"quantity.value"', ['CSV', 'Excel', 'GeoJSON']],
  ['/compare?regions=411424,411421', '"quantity.value"', ['CSV', 'Excel', 'GeoJSON']],
  ['/plan', '"assessment.light"', ['CSV', 'Excel']],
  ['/plan?show=flaws', '"severity"', ['CSV', 'Excel']],
  ['/?view=table&indicator=gdp&period=2023', '"quantity.value"', ['CSV', 'Excel', 'GeoJSON']],
  ['/?view=table&indicator=none', '"kind"', ['CSV', 'Excel', 'GeoJSON']],
  ['/industry', '"tier"', ['CSV', 'Excel']],
  ['/data', '"issuer"', ['CSV', 'Excel']],
] as const;
const mediaOf = { CSV: 'text/csv', Excel: 'spreadsheetml', GeoJSON: 'application/geo+json' };

for (const [k, [path, column, forms]] of views.entries()) {
  test(`${path}: its table can be taken away in each form, in the language of the page`, async ({ page }) => {
    // One language a view, in turns, unless the long run is asked for.
    for (const lang of long ? ['zh', 'en'] : [k % 2 ? 'en' : 'zh']) {
      await page.goto(`${home()}${path}${path.includes('?') ? '&' : '?'}lang=${lang}`);
      await page.waitForLoadState('networkidle');
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
          const { features } = (await answer.json()) as { features: { geometry: object | null }[] };
          expect(features.length).toBeGreaterThan(1);
          expect(features.filter((f) => f.geometry).length).toBeGreaterThan(1);
        }
      }
    }
  });
}

test('what is taken is what is seen: of a drawn area, one period, and the whole is no row of its parts', async ({
  page,
}) => {
  await page.goto(`${home()}/?view=table&indicator=zone-revenue&period=2024&area=box:115.1,33.9,115.8,34.4`);
  const table = page.getByTestId('table');
  await page.waitForLoadState('networkidle');
  await expect(table.getByRole('button', { name: '永城经济技术开发区' })).toHaveCount(0);
  const [regions, zones, projects] = [0, 1, 2].map((n) => table.getByTestId('files').nth(n));
  const lines = async (files: typeof zones) => {
    const href = (await files?.getByRole('link', { name: 'CSV' }).getAttribute('href')) ?? '';
    const answer = await page.request.get(home() + href);
    expect(answer.status(), href).toBe(200);
    return (await answer.text()).trim().split('\n').slice(1);
  };
  const held = await lines(zones);
  // A year holds its own figure and those of its parts; nothing of other years, and of no other zone.
  expect(new Set(held.map((line) => line.split(',')[0])).size).toBe(3);
  for (const line of held) expect(line).toMatch(/,"?2024(-[HQM]\d+)?"?,/);
  expect((await lines(regions)).join('\n')).not.toContain('411400');
  const inside = await lines(projects);
  expect(inside.length).toBeGreaterThan(5);
  await page.goto(`${home()}/projects`);
  const all = await lines(page.getByTestId('files').first());
  expect(inside.length).toBeLessThan(all.length);
});

test('the file of a filtered ledger holds the rows that are seen, and no others', async ({ page }) => {
  await page.goto(`${home()}/ledger?group=2&light=NO_DATA`);
  const rows = page.getByTestId('ledger').locator('tr[id^="task-"]');
  await expect(rows.first()).toBeVisible();
  const seen = await rows.locator('td.no').allTextContents();
  const href = await page.getByTestId('files').getByRole('link', { name: 'CSV' }).getAttribute('href');
  const text = await (await page.request.get(home() + (href ?? ''))).text();
  const taken = text
    .trim()
    .split('\n')
    .slice(1)
    .map((line) => line.split(',')[0]);
  expect(taken).toEqual(seen);
  expect(taken.length).toBeLessThan(54);
  await page.goto(`${home()}/ledger`);
  await expect(page.getByTestId('files').getByRole('link', { name: 'CSV' })).not.toHaveAttribute('href', /number/);
});

test('at an older state the table is that of the older state', async ({ page }) => {
  await page.goto(`${home()}/ledger?revision=1`);
  const csv = page.getByTestId('files').getByRole('link', { name: 'CSV' });
  await expect(csv).toHaveAttribute('href', /revision=1/);
});
