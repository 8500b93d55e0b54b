import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { defineConfig, type Plugin } from "vite";

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

/** The fonts go with their licences. */
const licences: Plugin = {
  name: "licences",
  generateBundle() {
    for (const font of ["@fontsource-variable/instrument-sans", "@fontsource/instrument-serif"]) {
      const source = readFileSync(here(`../node_modules/${font}/LICENSE`), "utf8");
      this.emitFile({ type: "asset", fileName: `assets/${font.split("/")[1]}.licence.txt`, source });
    }
  },
};

export default defineConfig({
  base: "./", // the page works under any prefix
  resolve: { alias: { "@rostra/sdk-session": here("../sdk-session/src/index.ts") } },
  plugins: [licences],
  build: { outDir: here("../../src/rostra/web/dist/live"), emptyOutDir: true, target: "es2022" },
});
