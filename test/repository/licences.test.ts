import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { readBundled, scalarLicences } from "../../scripts/site/scalar-licences.ts";
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

describe("the licences that are served beside the API page's script", () => {
  test("are of the script that is installed", async () => {
    const name = "@scalar/fastify-api-reference";
    const { version } = JSON.parse(read(`node_modules/${name}/package.json`));
    // With another version: scripts/site/list-bundled.ts.
    expect((await readBundled()).script).toBe(version);
  });

  test("name each package that it contains, whose it is, and each licence's terms", async () => {
    const text = await scalarLicences();
    const { bundled } = await readBundled();
    for (const { licence, copyright, packages } of bundled) {
      expect(text).toContain([`${packages.join(", ")}: ${licence}`, ...copyright].join("\n"));
    }
    for (const terms of [
      "Permission is hereby granted, free of charge",
      "TERMS AND CONDITIONS FOR USE, REPRODUCTION, AND DISTRIBUTION",
      "Permission to use, copy, modify, and/or distribute",
      "Neither the name",
      "2. Redistributions in binary form",
    ]) {
      expect(text).toContain(terms);
    }
    // Those whose packages the texts were read from have written nothing of the script.
    expect(text).not.toMatch(/Daniel Wirtz/);
    expect(text).toContain("Copyright (c) 2023-present Scalar");
  });

  test("are those that docs/licences.md names", async () => {
    const { bundled, map } = await readBundled();
    const count = bundled.reduce((sum, { packages }) => sum + packages.length, 0);
    expect(document).toContain(`${count} packages, as the source map of ${map} lists them`);
    const licences = new Set(bundled.map(({ licence }) => licence));
    for (const licence of licences) expect(document).toContain(licence);
  });
});

test("docs/licences.md adds them up", () => {
  const bytes = CODEC_NAMES.flatMap((codec) => Object.values(CODEC_PACKAGES[codec].versions));
  const total = bytes.reduce((sum, wasm) => sum + wasm.bytes, 0);
  expect(document).toContain(`Together they are ${total} bytes`);
});
