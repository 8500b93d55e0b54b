import { defineConfig } from "vite";

// The files carry the names under which the server gives them out, at /sdk/session/.
export default defineConfig({
  build: {
    target: "es2022",
    sourcemap: true,
    lib: {
      entry: "src/index.ts",
      name: "RostraSession",
      formats: ["es", "umd"],
      fileName: (format) => (format === "es" ? "session.js" : "session.umd.cjs"),
    },
  },
});
