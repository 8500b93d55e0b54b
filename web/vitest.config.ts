import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";

export default defineConfig({
  resolve: {
    alias: { "@rostra/sdk-session": fileURLToPath(new URL("sdk-session/src/index.ts", import.meta.url)) },
  },
  test: {
    include: ["*/test/**/*.test.ts"],
    testTimeout: 20_000, // machines may be busy
    restoreMocks: true,
    unstubGlobals: true,
  },
});
