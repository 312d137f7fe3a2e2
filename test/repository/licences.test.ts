import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { CODEC_PACKAGES } from "../../scripts/wasm/codec-packages.ts";
import { CODEC_NAMES } from "../../src/audio/codecs/wasm/modules.ts";

const REPOSITORY = join(import.meta.dirname, "../..");
const read = (file: string) => readFileSync(join(REPOSITORY, file), "utf8");
const document = read("docs/licences.md");

test.each(CODEC_NAMES)("docs/licences.md tells of %s what its package says", (codec) => {
  const { name, versions } = CODEC_PACKAGES[codec];
  const manifest = JSON.parse(read(`node_modules/${name}/package.json`));
  const { version, license } = manifest as { version: string; license: string };
  const row = document.split("\n").find((line) => line.startsWith(`| \`${codec}\` `));
  const cells = row
    ?.replaceAll("**", "")
    .split("|")
    .map((cell) => cell.trim());
  expect(cells?.[3]).toBe(`\`${name}\` ${version}, ${license}`);
  expect(cells?.[5]).toBe(String(versions[version]?.bytes));
});

test("docs/licences.md tells of the API page's script what its package says", () => {
  const name = "@scalar/fastify-api-reference";
  const { version, license } = JSON.parse(read(`node_modules/${name}/package.json`));
  expect(document).toContain(`\`${name}\` ${version}, ${license},`);
});

test("docs/licences.md adds them up", () => {
  const bytes = CODEC_NAMES.flatMap((codec) => Object.values(CODEC_PACKAGES[codec].versions));
  const total = bytes.reduce((sum, wasm) => sum + wasm.bytes, 0);
  expect(document).toContain(`Together they are ${total} bytes`);
});
