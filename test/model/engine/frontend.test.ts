import { beforeAll, describe, expect, it } from "vitest";
import { createNodeBackend } from "../../../src/model/backend/node/backend.ts";
import { buildFrontend } from "../../../src/model/build/programs/frontend.ts";
import { PART_PRECISIONS } from "../../../src/model/build/recipe.ts";
import { openHuggingFaceDirectory } from "../../../src/model/checkpoint/huggingface/open.ts";
import {
  type FrontendResult,
  prepareFrontend,
  runFrontend,
} from "../../../src/model/engine/frontend.ts";
import { frameCount } from "../../../src/model/framing.ts";
import type { Matrix } from "../../../src/model/matrix.ts";
import {
  GOLDEN_MODELS,
  GOLDEN_TOLERANCE,
  goldenExpectations,
  goldenModelInput,
  goldenSamples,
  largestDifference,
} from "../../../support/packs/golden.ts";
import { goldenDirectory } from "../../../support/packs/tiny-pack.ts";
import { openProgram } from "../../support/model/open-program.ts";

type Run = (
  samples: Float32Array,
  options?: { chunkFrames?: number; first?: number; count?: number },
) => Promise<FrontendResult & { extractFeatures: Matrix }>;

/** The fp32 frontend of a golden model, over all frames of a clip unless told otherwise. */
async function openFrontend(name: string): Promise<Run> {
  const checkpoint = await openHuggingFaceDirectory(goldenDirectory(name));
  const { config } = checkpoint;
  const recipe = { checkpoint, precisions: PART_PRECISIONS.fp32, activations: new Map() };
  const program = await openProgram(await createNodeBackend(), await buildFrontend(recipe));
  const context = {
    config,
    programs: { open: async () => program.session },
    breathe: async () => {},
  };
  const weights = new Map([["frontend", program.weights]]);
  return async (
    samples,
    { first = 0, count = frameCount(samples.length) - first, ...chunks } = {},
  ) => {
    const input = prepareFrontend(config, samples);
    const options = { extractFeatures: true, ...chunks };
    const result = await runFrontend(context, weights, input, { first, count }, options);
    if (result.extractFeatures === null) throw new Error("no features");
    return { ...result, extractFeatures: result.extractFeatures };
  };
}

describe("the number of frames", () => {
  it("is (n − 400) // 320 + 1", () => {
    expect([400, 719, 720, 4001, 16000, 56789].map(frameCount)).toEqual([1, 1, 2, 12, 49, 177]);
  });
});

describe.each(GOLDEN_MODELS)("the frontend of $name", ({ name, doNormalize }) => {
  let run: Run;
  beforeAll(async () => {
    run = await openFrontend(name);
  });

  it.each([1, 7, 12, 25, 50, 100, 1000])("is exact in chunks of %d frames", async (chunkFrames) => {
    for (const input of ["x400", "x4001", "x16000", "x56789", "x4001quiet"] as const) {
      const samples = await goldenModelInput(input, doNormalize);
      const expected = (await goldenExpectations(name, input)).extractFeatures as Float32Array;
      const { extractFeatures } = await run(samples, { chunkFrames });
      expect(largestDifference(extractFeatures, expected)).toBeLessThan(GOLDEN_TOLERANCE);
    }
  });

  it("gives some frames of a clip as it gives them among all", async () => {
    const samples = await goldenModelInput("x56789", doNormalize);
    const expected = (await goldenExpectations(name, "x56789")).extractFeatures as Float32Array;
    const { extractFeatures, projected } = await run(samples, { first: 60, count: 31 });
    expect(projected.rows).toBe(31);
    const { columns } = extractFeatures;
    const frames = expected.subarray(60 * columns, 91 * columns);
    expect(largestDifference(extractFeatures, frames)).toBeLessThan(GOLDEN_TOLERANCE);
  });

  it("gives finite numbers for silence", async () => {
    const { projected } = await run(new Float32Array(4001));
    expect(projected.data.every(Number.isFinite)).toBe(true);
  });
});

describe("the frontend of a model with group norm", () => {
  it("gives the same for a clip with a constant offset, which group norm cannot see", async () => {
    const run = await openFrontend("tiny-group");
    const expected = (await goldenExpectations("tiny-group", "x16000"))
      .extractFeatures as Float32Array;
    const { extractFeatures } = await run(
      (await goldenSamples("x16000")).map((sample) => sample + 0.25),
    );
    expect(largestDifference(extractFeatures, expected)).toBeLessThan(GOLDEN_TOLERANCE);
  });
});
