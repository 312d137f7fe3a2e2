import { beforeAll, describe, expect, it } from "vitest";
import type { SegmentSession } from "../../src/model/backend/backend.ts";
import { createNodeBackend } from "../../src/model/backend/node.ts";
import { openHuggingFaceDirectory } from "../../src/model/checkpoint/huggingface.ts";
import type { WavLMConfig } from "../../src/model/config.ts";
import { frameCount, runFrontend } from "../../src/model/frontend.ts";
import { buildFrontend } from "../../src/model/graph/frontend.ts";
import {
  GOLDEN_MODELS,
  GOLDEN_TOLERANCE,
  goldenExpectations,
  goldenModelInput,
  goldenSamples,
  largestDifference,
} from "../golden.ts";
import { goldenDirectory } from "../tiny-pack.ts";

const between = async () => {};

describe("the number of frames", () => {
  it("is (n − 400) // 320 + 1", () => {
    expect([400, 719, 720, 4001, 16000, 56789].map(frameCount)).toEqual([1, 1, 2, 12, 49, 177]);
  });
});

describe.each(GOLDEN_MODELS)("the frontend of $name", ({ name, doNormalize }) => {
  let session: SegmentSession;
  let config: WavLMConfig;
  beforeAll(async () => {
    const checkpoint = await openHuggingFaceDirectory(goldenDirectory(name));
    config = checkpoint.config;
    session = await (await createNodeBackend()).createSession(
      (await buildFrontend(checkpoint)).bytes,
    );
  });

  it.each([1, 7, 12, 50, 100, 1000])("is exact in chunks of %d frames", async (chunkFrames) => {
    for (const input of ["x400", "x4001", "x16000", "x56789", "x4001quiet"] as const) {
      const samples = await goldenModelInput(input, doNormalize);
      const expected = (await goldenExpectations(name, input)).extractFeatures as Float32Array;
      const options = { extractFeatures: true, between, chunkFrames };
      const { extractFeatures } = await runFrontend(session, config, samples, options);
      if (extractFeatures === null) throw new Error("no features");
      expect(largestDifference(extractFeatures, expected)).toBeLessThan(GOLDEN_TOLERANCE);
    }
  });
});

describe("the frontend of a model with group norm", () => {
  it("gives the same for a clip with a constant offset, which group norm cannot see", async () => {
    const checkpoint = await openHuggingFaceDirectory(goldenDirectory("tiny-group"));
    const segment = await buildFrontend(checkpoint);
    const session = await (await createNodeBackend()).createSession(segment.bytes);
    const expected = (await goldenExpectations("tiny-group", "x16000"))
      .extractFeatures as Float32Array;
    const samples = (await goldenSamples("x16000")).map((sample) => sample + 0.25);
    const options = { extractFeatures: true, between };
    const { extractFeatures } = await runFrontend(session, checkpoint.config, samples, options);
    if (extractFeatures === null) throw new Error("no features");
    expect(largestDifference(extractFeatures, expected)).toBeLessThan(GOLDEN_TOLERANCE);
  });
});
