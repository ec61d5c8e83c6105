import { defineConfig } from 'vitest/config'
import base from './vitest.config.ts'

export default defineConfig({
  ...base,
  test: {
    ...base.test,
    include: ['test/browser/**/*.test.ts'],
    exclude: [],
    globalSetup: ['.config/require-chromium.ts'],
    // A browser is many processes already.
    fileParallelism: false,
    testTimeout: 240_000,
    hookTimeout: 240_000
  }
})
