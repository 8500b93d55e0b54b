import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import * as sdk from "../src/index";

const page = readFileSync(new URL("../../../docs/live-sdk.md", import.meta.url), "utf8");

function methods(kind: { prototype: object }): string[] {
  // What is private to TypeScript is not told apart at run time; the types are.
  const types = readFileSync(new URL("../src/session.ts", import.meta.url), "utf8");
  return Object.getOwnPropertyNames(kind.prototype).filter(
    (name) => name !== "constructor" && !new RegExp(`private (async )?${name}\\(`).test(types),
  );
}

describe("docs/live-sdk.md", () => {
  it.each(methods(sdk.KalturaAvatarSession))("tells of %s", (method) => {
    expect(page).toMatch(new RegExp(`\`${method}\\(`));
  });

  it.each([
    ...Object.keys(sdk.SessionState),
    ...Object.keys(sdk.ConnectionState),
    ...Object.keys(sdk.AvatarErrorCode),
    ...Object.keys(sdk),
  ])("tells of %s", (name) => {
    expect(page).toMatch(new RegExp(`\`[^\`\n]*\\b${name}\\b`));
  });

  it("tells of every event and every option", () => {
    const source = readFileSync(new URL("../src/session.ts", import.meta.url), "utf8");
    const block = (start: string) => source.split(start)[1]?.split(/^}/m)[0] ?? "";
    const names = [block("type SessionEvents = {"), block("interface AvatarConfig {")].flatMap((text) =>
      [...text.matchAll(/^ {2}(\w+)\??:/gm)].map(([, name]) => name),
    );
    expect(names).toHaveLength(12);
    for (const name of names) expect(page).toContain(`| \`${name}\``);
  });
});
