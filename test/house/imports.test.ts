import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { checkImports } from "../../scripts/check-imports.ts";

let root: string;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), "undertone-imports-"));
});
afterAll(() => rm(root, { recursive: true }));

let trees = 0;
/** Writes a tree of one file, and returns what the check says of it. */
async function check(file: string, source: string): Promise<string[]> {
  const tree = join(root, String(trees++));
  await mkdir(dirname(join(tree, file)), { recursive: true });
  await writeFile(join(tree, file), source);
  return checkImports(tree);
}

describe("the import direction", () => {
  it("holds in this repository", async () => {
    expect(await checkImports(join(import.meta.dirname, "../.."))).toEqual([]);
  });

  it.each([
    ["src/model/engine.ts", "../audio/wav.ts", "model must not import audio"],
    ["src/audio/wav.ts", "../store/store.ts", "audio must not import store"],
    ["src/store/r2.ts", "../model/pack.ts", "store must not import model"],
    ["src/model/engine.ts", "../featurize.ts", "model must not import featurize"],
    ["src/featurize.ts", "./http/problem.ts", "featurize must not import http"],
    ["src/http/features.ts", "../app.ts", "http must not import app"],
    ["src/http/features.ts", "../cli/undertone.ts", "http must not import cli"],
    ["src/app.ts", "../functions/cloudflare.ts", "app must not import functions"],
    ["src/app.ts", "./background.ts", "app must not import background"],
    ["src/http/jobs.ts", "../background.ts", "http must not import background"],
    ["src/jobs/consumer.ts", "../http/problem.ts", "jobs must not import http"],
    ["src/jobs/consumer.ts", "../featurize.ts", "jobs must not import featurize"],
    ["src/errors.ts", "./audio/wav.ts", "errors must not import audio"],
    ["src/platform/cloudflare.ts", "../http/problem.ts", "platform must not import http"],
    ["src/model/engine.ts", "../../functions/cloudflare.ts", "model must not import functions"],
    ["src/http/deep/a.ts", "../../../test/helper.ts", "http must not import test"],
    ["src/http/features.ts", "../../build/codecs/opus.wasm", "http must not import build"],
    ["src/novel/a.ts", "../errors.ts", "novel must not import errors"],
    ["src/app.ts", "./platform/cloudflare.ts", "only functions and cli choose a platform"],
    ["src/http/features.ts", "../platform/node.ts", "only functions and cli choose a platform"],
  ])("refuses that %s imports %s", async (file, specifier, reason) => {
    const complaints = await check(file, `import { a } from "${specifier}";`);
    expect(complaints).toEqual([expect.stringContaining(reason)]);
    expect(complaints[0]).toContain(file);
  });

  it.each([
    ["src/audio/wav.ts", "node:fs"],
    ["src/audio/wav.ts", "hono"],
    ["src/model/engine.ts", "@hono/zod-openapi"],
    ["src/model/engine.ts", "cloudflare:workers"],
    ["src/model/backend/workerd.ts", "node:fs"],
    ["src/http/features.ts", "onnxruntime-web"],
    ["src/http/features.ts", "onnxruntime-web/wasm"],
    ["src/http/features.ts", "node:buffer"],
  ])("refuses that %s imports the package %s", async (file, name) => {
    expect(await check(file, `import { a } from "${name}";`)).toEqual([
      expect.stringContaining(`${file} imports ${name}`),
    ]);
  });

  it.each([
    `import "../audio/wav.ts";`,
    `import type { A } from "../audio/wav.ts";`,
    `export { a } from "../audio/wav.ts";`,
    `export * from "../audio/wav.ts";`,
    `export type A = import("../audio/wav.ts").A;`,
    `export const load = async () => await import("../audio/wav.ts");`,
  ])("sees %s", async (source) => {
    expect(await check("src/model/engine.ts", source)).toHaveLength(1);
  });

  it.each([
    ["src/http/features.ts", "../featurize.ts"],
    ["src/http/features.ts", "../platform/platform.ts"],
    ["src/featurize.ts", "./audio/wav.ts"],
    ["src/audio/wav.ts", "../errors.ts"],
    ["src/audio/wav.ts", "./clip.ts"],
    ["src/audio/codecs/modules-workerd.ts", "../../../build/codecs/opus.wasm"],
    ["src/audio/codecs/modules-node.ts", "node:fs/promises"],
    ["src/model/checkpoint/directory.ts", "node:fs/promises"],
    ["src/model/backend/node.ts", "node:path"],
    ["src/model/backend/wasm.ts", "onnxruntime-web"],
    ["src/store/filesystem.ts", "node:fs/promises"],
    ["functions/cloudflare.ts", "../src/platform/cloudflare.ts"],
    ["functions/cloudflare.ts", "../src/background.ts"],
    ["src/background.ts", "./http/feature-work.ts"],
    ["src/cli/serve.ts", "../platform/node.ts"],
  ])("lets %s import %s", async (file, specifier) => {
    expect(await check(file, `import { a } from "${specifier}";`)).toEqual([]);
  });

  it("takes no sentence about an import for one", async () => {
    expect(
      await check("src/audio/a.ts", `// import "node:fs"\nexport const a = 'from "hono"';`),
    ).toEqual([]);
  });
});
