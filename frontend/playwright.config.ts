import { existsSync } from 'node:fs';
import { defineConfig } from '@playwright/test';

const browsers = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];
const executablePath = process.env.PLANATLAS_CHROMIUM ?? browsers.find((path) => existsSync(path));
const common = ['--no-sandbox', '--force-color-profile=srgb'];
/** WebGL drawn by the processor, so that the map really draws without a graphics card. */
const drawn = ['--use-gl=angle', '--use-angle=swiftshader', '--enable-unsafe-swiftshader', '--ignore-gpu-blocklist'];

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
    // Nothing fades in: each frame of a fading map is drawn by the processor.
    contextOptions: { reducedMotion: 'reduce' },
  },
  projects: [
    {
      name: 'map',
      grep: /@gl/,
      // A third of the pixels less, and still three columns.
      use: { viewport: { width: 1200, height: 720 }, launchOptions: { executablePath, args: [...common, ...drawn] } },
    },
    {
      name: 'without-webgl',
      grepInvert: /@gl/,
      use: { launchOptions: { executablePath, args: [...common, '--disable-gpu', '--disable-3d-apis'] } },
    },
  ],
});
