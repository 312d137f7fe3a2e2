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
    ["src/model/engine/engine.ts", "../../audio/mix.ts", "model must not import audio"],
    ["src/audio/mix.ts", "../store/store.ts", "audio must not import store"],
    ["src/store/r2.ts", "../model/pack/manifest.ts", "store must not import model"],
    ["src/model/matrix.ts", "../tasks/task.ts", "model must not import tasks"],
    ["src/tasks/task.ts", "../http/answer/problem.ts", "tasks must not import http"],
    ["src/tasks/task.ts", "../jobs/job.ts", "tasks must not import jobs"],
    ["src/formats/npy.ts", "../tasks/task.ts", "formats must not import tasks"],
    ["src/results/key.ts", "../tasks/task.ts", "results must not import tasks"],
    ["src/http/context.ts", "../app.ts", "http must not import app"],
    ["src/http/context.ts", "../cli/undertone.ts", "http must not import cli"],
    ["src/http/context.ts", "../background.ts", "http must not import background"],
    ["src/app.ts", "../functions/cloudflare.ts", "app must not import functions"],
    ["src/http/context.ts", "../../functions/node.ts", "http must not import functions"],
    ["src/cli/undertone.ts", "../../functions/node.ts", "cli must not import functions"],
    ["src/model/matrix.ts", "../../functions/cloudflare.ts", "model must not import functions"],
    ["src/app.ts", "./background.ts", "app must not import background"],
    ["src/background.ts", "./http/context.ts", "background must not import http"],
    ["src/cli/undertone.ts", "../http/context.ts", "cli must not import http"],
    ["src/jobs/job.ts", "../http/answer/problem.ts", "jobs must not import http"],
    ["src/jobs/context.ts", "../platform/platform.ts", "jobs must not import platform"],
    ["src/webhooks/deliver.ts", "../jobs/job.ts", "webhooks must not import jobs"],
    ["src/errors.ts", "./audio/mix.ts", "errors must not import audio"],
    ["src/platform/platform.ts", "../http/context.ts", "platform must not import http"],
    ["src/http/deep/a.ts", "../../../test/helper.ts", "http must not import test"],
    ["src/http/context.ts", "../../build/codecs/opus.wasm", "http must not import build"],
    ["src/novel/a.ts", "../errors.ts", "novel must not import errors"],
    ["src/app.ts", "./platform/cloudflare/platform.ts", "only functions and cli choose a platform"],
    ["src/http/context.ts", "../platform/node/platform.ts", "only functions and cli choose"],
    ["src/audio/codecs/opus/open.ts", "../../containers/riff/chunks.ts", "codecs know of no"],
    ["src/audio/resample/filter.ts", "../codecs/opus/open.ts", "know of no file format"],
    ["src/model/backend/backend.ts", "../build/recipe.ts", "knows nothing of building one"],
    ["src/model/checkpoint/open.ts", "../accuracy/measure.ts", "knows nothing of measuring"],
    ["src/http/answer/problem.ts", "../jobs/routes.ts", "resources share knows of none of them"],
  ])("refuses that %s imports %s", async (file, specifier, reason) => {
    const complaints = await check(file, `import { a } from "${specifier}";`);
    expect(complaints).toEqual([expect.stringContaining(reason)]);
    expect(complaints[0]).toContain(file);
  });

  it("refuses a circle of files", async () => {
    const tree = join(root, String(trees++));
    await mkdir(join(tree, "src/audio"), { recursive: true });
    await writeFile(join(tree, "src/audio/a.ts"), `import type { B } from "./b.ts";`);
    await writeFile(join(tree, "src/audio/b.ts"), `export { c } from "./c.ts";`);
    await writeFile(join(tree, "src/audio/c.ts"), `export const c = () => import("./a.ts");`);
    const circle = "src/audio/a.ts → src/audio/b.ts → src/audio/c.ts → src/audio/a.ts is a circle.";
    expect(await checkImports(tree)).toEqual([circle]);
  });

  it.each([
    ["src/audio/containers/wav/decode.ts", "node:fs"],
    ["src/audio/containers/wav/decode.ts", "hono"],
    ["src/model/engine/engine.ts", "@hono/zod-openapi"],
    ["src/model/engine/engine.ts", "cloudflare:workers"],
    ["src/model/backend/workerd/backend.ts", "node:fs"],
    ["src/http/features/route.ts", "onnxruntime-web"],
    ["src/http/features/route.ts", "onnxruntime-web/wasm"],
    ["src/http/features/route.ts", "node:buffer"],
  ])("refuses that %s imports the package %s", async (file, name) => {
    expect(await check(file, `import { a } from "${name}";`)).toEqual([
      expect.stringContaining(`${file} imports ${name}`),
    ]);
  });

  it.each([
    `import "../../audio/mix.ts";`,
    `import type { A } from "../../audio/mix.ts";`,
    `export { a } from "../../audio/mix.ts";`,
    `export * from "../../audio/mix.ts";`,
    `export type A = import("../../audio/mix.ts").A;`,
    `export const load = async () => await import("../../audio/mix.ts");`,
  ])("sees %s", async (source) => {
    expect(await check("src/model/engine/engine.ts", source)).toHaveLength(1);
  });

  it.each([
    ["src/http/context.ts", "../tasks/task.ts"],
    ["src/http/context.ts", "../platform/platform.ts"],
    ["src/tasks/task.ts", "../audio/mix.ts"],
    ["src/audio/mix.ts", "../errors.ts"],
    ["src/audio/mix.ts", "./clip.ts"],
    ["src/audio/codecs/wasm/workerd.ts", "../../../../build/codecs/opus.wasm"],
    ["src/audio/codecs/wasm/node.ts", "node:fs/promises"],
    ["src/model/checkpoint/open.ts", "node:fs/promises"],
    ["src/model/backend/node/backend.ts", "node:path"],
    ["src/model/backend/wasm/wasm.ts", "onnxruntime-web"],
    ["src/store/filesystem.ts", "node:fs/promises"],
    ["functions/cloudflare.ts", "../src/platform/cloudflare/platform.ts"],
    ["functions/cloudflare.ts", "../src/background.ts"],
    ["src/background.ts", "./jobs/work/compute.ts"],
    ["src/cli/undertone.ts", "../platform/node/platform.ts"],
  ])("lets %s import %s", async (file, specifier) => {
    expect(await check(file, `import { a } from "${specifier}";`)).toEqual([]);
  });

  it("takes no sentence about an import for one", async () => {
    expect(
      await check("src/audio/a.ts", `// import "node:fs"\nexport const a = 'from "hono"';`),
    ).toEqual([]);
  });
});
