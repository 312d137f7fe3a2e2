import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";

const REPOSITORY = join(import.meta.dirname, "../..");
const manifest = (folder: string) =>
  JSON.parse(readFileSync(join(REPOSITORY, folder, "package.json"), "utf8"));

test("miniflare is the version that wrangler uses, so that tests run one workerd", () => {
  const { miniflare } = manifest(".").devDependencies;
  expect(miniflare).toBe(manifest("node_modules/wrangler").dependencies.miniflare);
  expect(manifest("node_modules/miniflare").version).toBe(miniflare);
});
