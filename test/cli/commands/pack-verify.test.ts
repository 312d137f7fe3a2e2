import { cp, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openPackDirectory } from "../../../src/cli/packs/open.ts";
import { ModelDetailSchema, ModelListSchema } from "../../../src/http/models/schema.ts";
import { relativeL2 } from "../../../src/model/accuracy/layer-error.ts";
import { resolveTaps } from "../../../src/model/engine/taps/resolve.ts";
import { headTaps } from "../../../src/model/engine/taps/taps.ts";
import {
  decodeManifest,
  manifestKey,
  type PackManifest,
} from "../../../src/model/pack/manifest.ts";
import { memoryStore } from "../../../src/store/memory.ts";
import { goldenDirectory, nodeRegistry } from "../../../support/packs/tiny-pack.ts";
import { runUndertone } from "../../support/cli/undertone.ts";
import { startService } from "../../support/http/service.ts";
import { wavOf } from "../../support/http/tasks.ts";
import { goldenPart } from "../../support/model/golden-heads.ts";

const SOURCE = goldenDirectory("tiny-xvector");
let directory: string;
/** A pack in q8 and one in fp32. */
let packs: { readonly q8: string; readonly fp32: string };

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "undertone-verify-"));
  packs = { q8: join(directory, "q8"), fp32: join(directory, "fp32") };
  for (const [precision, out] of Object.entries(packs)) {
    const { status } = await runUndertone([
      "pack",
      "build",
      SOURCE,
      "--precision",
      precision,
      "--out",
      out,
    ]);
    expect(status).toBe(0);
  }
  await writeFile(join(directory, "clip.wav"), await wavOf("x56789"));
});
afterAll(() => rm(directory, { recursive: true }));

async function manifestIn(pack: string): Promise<PackManifest> {
  return decodeManifest(await readFile(join(pack, "manifest.json")));
}

function verify(pack: string, ...args: readonly string[]) {
  return runUndertone(["pack", "verify", pack, ...args], directory);
}

describe("pack verify", () => {
  test("writes the differences from float32 into the manifest, and prints them", async () => {
    const { status, stdout } = await verify(packs.q8, "--source", SOURCE, "--audio", "clip.wav");
    expect(status).toBe(0);
    const { verification } = await manifestIn(packs.q8);
    expect(verification).toMatchObject({ audio: "given", seconds: 56_789 / 16_000 });
    expect(verification?.layers).toHaveLength(4);

    // The same, from the two packs' own outputs.
    const samples = await goldenPart("x56789");
    const [q8, fp32] = await Promise.all(
      [packs.q8, packs.fp32].map(async (pack) => {
        const engine = await openPackDirectory(pack);
        const states = await engine.run(samples, resolveTaps("all", 3));
        const [head] = engine.manifest.heads;
        if (head === undefined) throw new Error("no head");
        const { head: output } = await engine.run(samples, headTaps(head));
        return { states: states.hiddenStates, logits: output?.logits };
      }),
    );
    for (const [index, error] of (verification?.layers ?? []).entries()) {
      const [own, expected] = [q8?.states.get(index), fp32?.states.get(index)];
      if (!own || !expected) throw new Error("a layer is missing");
      expect(error.relativeL2).toBeCloseTo(relativeL2(own, expected), 6);
      expect(error.relativeL2).toBeGreaterThan(0);
      expect(error.worstFrameCosine).toBeLessThanOrEqual(error.meanFrameCosine);
      expect(stdout).toContain(error.relativeL2.toFixed(5));
    }
    if (!q8?.logits || !fp32?.logits) throw new Error("a head is missing");
    expect(verification?.head?.logitsRelativeL2).toBeCloseTo(relativeL2(q8.logits, fp32.logits), 6);
    expect(verification?.head?.worstEmbeddingCosine).toBeGreaterThan(0.99);
  });

  test("leaves a pack behind that is used as before, and shows in /v1/models", async () => {
    const copy = join(directory, "copy");
    await cp(packs.q8, copy, { recursive: true });
    expect((await verify(copy, "--source", SOURCE)).status).toBe(0);
    const manifest = await readFile(join(copy, "manifest.json"));
    const store = memoryStore();
    await store.put(manifestKey("tiny-xvector-q8"), manifest);
    const { app } = startService(nodeRegistry(store));
    const [model, list] = await Promise.all(
      ["/v1/models/tiny-xvector-q8", "/v1/models"].map(async (path) =>
        (await app.request(path)).json(),
      ),
    );
    const { verification } = ModelDetailSchema.parse(model);
    expect(ModelListSchema.parse(list).models[0]?.verification).toEqual(verification);
    expect(verification).toMatchObject({
      audio: "built-in",
      seconds: 6,
      head: { kind: "xvector" },
    });
    expect(verification?.layers[3]?.relative_l2).toBe(
      decodeManifest(manifest).verification?.layers[3]?.relativeL2,
    );
  });

  test("is for quantized packs", async () => {
    const { status, stderr } = await verify(packs.fp32, "--source", SOURCE);
    expect(status).toBe(1);
    expect(stderr).toMatch(/^invalid-option: tiny-xvector-fp32 is float32 itself/);
  });

  test("refuses another checkpoint than the pack's", async () => {
    const { stderr } = await verify(packs.q8, "--source", goldenDirectory("tiny-group"));
    expect(stderr).toMatch(/invalid-option: tiny-xvector-q8 was not built from this checkpoint/);
  });

  test("asks for the checkpoint where the pack's name for it leads nowhere", async () => {
    const { status, stderr } = await verify(packs.q8);
    expect(status).toBe(1);
    expect(stderr).toMatch(
      /^checkpoint-invalid: .*'tiny-xvector', which is not here: say with --source/,
    );
  });
});
