// Holds the built files to their budget and puts them where the server gives them out.
import { cpSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";

const here = dirname(fileURLToPath(import.meta.url));
const built = join(here, "dist");
const published = join(here, "../../src/rostra/web/dist/sdk/session");

for (const [file, most] of Object.entries(JSON.parse(readFileSync(join(here, "budget.json"), "utf8")))) {
  const size = gzipSync(readFileSync(join(built, file)), { level: 9 }).length;
  console.log(`${file}: ${size} of ${most} bytes (gzip)`);
  if (size > most) {
    console.error(`${file} is over its budget in budget.json: make it smaller, or say why it must grow`);
    process.exit(1);
  }
}

// Node's way of finding modules wants whole file names in the types.
for (const file of readdirSync(join(built, "types"))) {
  const path = join(built, "types", file);
  writeFileSync(path, readFileSync(path, "utf8").replace(/(from "\.\/\w+)"/g, '$1.js"'));
}

rmSync(published, { recursive: true, force: true });
cpSync(built, published, {
  recursive: true,
  filter: (path) => !/session\.umd\.cjs/.test(path),
});
// Web servers know what a .js is.
cpSync(join(built, "session.umd.cjs"), join(published, "session.umd.js"));
