import { fileURLToPath } from "node:url";
import { defineConfig } from "vite";

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

export default defineConfig({
  base: "./", // the page works under any prefix
  resolve: { alias: { "@rostra/sdk-session": here("../sdk-session/src/index.ts") } },
  build: { outDir: here("../../src/rostra/web/dist/live"), emptyOutDir: true, target: "es2022" },
});
