import { beforeAll, describe, expect, it } from "vitest";
import { normalise } from "../../../src/audio/clip/normalise.ts";
import { writePack } from "../../../src/model/build/write-pack.ts";
import { openHuggingFaceDirectory } from "../../../src/model/checkpoint/huggingface/open.ts";
import type { Engine } from "../../../src/model/engine/engine.ts";
import { headTaps } from "../../../src/model/engine/taps/taps.ts";
import type { Head } from "../../../src/model/heads/head.ts";
import type { Matrix } from "../../../src/model/matrix.ts";
import { manifestKey } from "../../../src/model/pack/manifest.ts";
import { memoryStore } from "../../../src/store/memory.ts";
import { GOLDEN_TOLERANCE, largestDifference } from "../../../support/packs/golden.ts";
import { nodeRegistry } from "../../../support/packs/tiny-pack.ts";
import { checkpointDirectory } from "../../support/checkpoints/files.ts";
import { variantBytes } from "../../support/checkpoints/variants.ts";
import {
  GOLDEN_HEADS,
  type GoldenHead,
  goldenHeadVectors,
  goldenPart,
  installChanged,
} from "../../support/model/golden-heads.ts";

/** x-vectors of fewer are not finite in the reference. */
const TOO_SHORT = "x16000[:4880]";

describe.each(GOLDEN_HEADS)("the head of $name, vectors '$prefix'", (golden) => {
  let engine: Engine;
  let head: Head;
  beforeAll(async () => {
    const store = memoryStore();
    await installChanged(store, golden.name, golden.change);
    engine = await nodeRegistry(store).open();
    head = engine.manifest.heads[0] as Head;
  });

  const run = async (part: string) => {
    const samples = await goldenPart(part);
    return engine.run(golden.doNormalize ? normalise(samples) : samples, headTaps(head));
  };

  it("is described in the manifest", () => {
    expect(head.kind).toBe(golden.kind);
    expect(head.layerSum === null).toBe(
      golden.prefix.includes("no_layer_sum") || golden.kind === "ctc",
    );
  });

  it("gives the reference's numbers for every input", async () => {
    const vectors = [...(await goldenHeadVectors(golden))].filter(([part]) => part !== TOO_SHORT);
    expect(vectors.length).toBeGreaterThanOrEqual(golden.kind === "xvector" ? 4 : 6);
    for (const [part, { logits, embeddings }] of vectors) {
      const { head: output } = await run(part);
      if (output === null) throw new Error("no head was run");
      expect(largestDifference(output.logits, logits as Float32Array)).toBeLessThan(
        GOLDEN_TOLERANCE,
      );
      if (golden.kind !== "xvector") continue;
      const embedding = { rows: 1, columns: 32, data: output.embedding as Float32Array };
      expect(largestDifference(embedding, embeddings as Float32Array)).toBeLessThan(
        GOLDEN_TOLERANCE,
      );
    }
  });
});

describe("a head in other files", () => {
  it.each(["tiny-afc.pytorch_model.bin", "tiny-afc.model.safetensors"] as const)(
    "gives the same numbers from %s",
    async (variant) => {
      const bytes = await variantBytes(variant);
      const fileName = variant.replace("tiny-afc.", "");
      const directory = await checkpointDirectory("tiny-afc", { [fileName]: bytes });
      const checkpoint = await openHuggingFaceDirectory(directory);
      const store = memoryStore();
      await writePack(checkpoint, { precision: "fp32", id: "afc" }, new Map(), {
        put: (key, content) => store.put(key, content),
        manifestKey,
      });
      const engine = await nodeRegistry(store).open("afc");
      const golden = GOLDEN_HEADS.find(
        ({ name, prefix }) => name === "tiny-afc" && prefix === "",
      ) as GoldenHead;
      for (const [part, { logits }] of await goldenHeadVectors(golden)) {
        const [head] = engine.manifest.heads as [Head];
        const { head: output } = await engine.run(await goldenPart(part), headTaps(head));
        expect(largestDifference(output?.logits as Matrix, logits as Float32Array)).toBeLessThan(
          GOLDEN_TOLERANCE,
        );
      }
    },
  );
});

describe("an x-vector", () => {
  let engine: Engine;
  beforeAll(async () => {
    const store = memoryStore();
    await installChanged(store, "tiny-xvector", {});
    engine = await nodeRegistry(store).open();
  });

  it("refuses clips whose statistics the reference has no finite number for", async () => {
    const [head] = engine.manifest.heads as [Head];
    expect(head.minimumSamples).toBe(5200);
    const tooShort = await goldenPart("x16000[:5199]");
    await expect(engine.run(tooShort, headTaps(head))).rejects.toMatchObject({
      slug: "clip-too-short",
      extensions: { samples: 5199, minimumSamples: 5200 },
    });
    const { head: output } = await engine.run(await goldenPart("x16000[:5200]"), headTaps(head));
    expect(output?.embedding?.every(Number.isFinite)).toBe(true);
  });
});
