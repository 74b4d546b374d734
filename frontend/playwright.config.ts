import { existsSync } from 'node:fs';
import { defineConfig } from '@playwright/test';

const browsers = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];
const executablePath = process.env.PLANATLAS_CHROMIUM ?? browsers.find((path) => existsSync(path));
const common = ['--no-sandbox', '--force-color-profile=srgb'];
/** WebGL drawn by the processor, so that the map really draws without a graphics card. */
const drawn = ['--use-gl=angle', '--use-angle=swiftshader', '--enable-unsafe-swiftshader', '--ignore-gpu-blocklist'];

/** What draws no map by WebGL, or shows that it goes without: quicker where no processor has to draw for it. */
const flat = /(plain|indicator|files)\.spec\.ts$/;

export default defineConfig({
  testDir: 'tests',
  outputDir: 'test-results/run',
  globalSetup: './tests/server.ts',
  // The processor draws the map: generous, because a shared machine may be slow at it.
  timeout: 120_000,
  expect: { timeout: 20_000 },
  fullyParallel: true,
  workers: 2,
  reporter: [['list']],
  use: {
    viewport: { width: 1440, height: 900 },
    locale: 'zh-CN',
    launchOptions: { executablePath, args: [...common, ...drawn] },
  },
  projects: [
    { name: 'map', testIgnore: flat },
    {
      name: 'without-webgl',
      testMatch: flat,
      use: { launchOptions: { executablePath, args: [...common, '--disable-gpu', '--disable-3d-apis'] } },
    },
  ],
});
