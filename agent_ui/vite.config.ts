import { defineConfig } from "vitest/config";

// The service answers /NAME with screenpop/web/assets/NAME, keeps /assets/* for ever
// (their names carry a hash) and answers /, /wallboard and /admin with index.html.
export default defineConfig({
  base: "/",
  build: {
    outDir: "../screenpop/web/assets",
    emptyOutDir: true,
    assetsDir: "assets",
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    target: "es2022",
    reportCompressedSize: false,
  },
  test: {
    environment: "happy-dom",
    include: ["src/**/*.test.{ts,tsx}"],
    setupFiles: ["src/i18n/english.ts"],
  },
});
