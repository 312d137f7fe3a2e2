import { cp, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { nodeCodecs } from "../../../../src/audio/codecs/wasm/node.ts";

const BUILT = join(import.meta.dirname, "../../../../build/codecs");

let directory: string;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "undertone-codecs-"));
});
afterAll(() => rm(directory, { recursive: true }));

test("a codec is compiled once, however many ask for it at the same time", async () => {
  const codecs = nodeCodecs();
  const [one, other] = await Promise.all([codecs.module("flac"), codecs.module("flac")]);
  expect(one).toBeInstanceOf(WebAssembly.Module);
  expect(other).toBe(one);
  expect(await codecs.module("flac")).toBe(one);
});

test("a codec that was never built says how it is, and is found once it has been", async () => {
  const codecs = nodeCodecs(directory);
  await expect(codecs.module("amr")).rejects.toMatchObject({
    slug: "internal",
    message: expect.stringContaining("run node scripts/bootstrap.mjs"),
  });
  await cp(join(BUILT, "amr.wasm"), join(directory, "amr.wasm"));
  expect(await codecs.module("amr")).toBeInstanceOf(WebAssembly.Module);
});
