import { describe, expect, test } from "vitest";
import { FeaturesSchema } from "../../../src/http/features/schema.ts";
import { ModelListSchema } from "../../../src/http/models/schema.ts";
import {
  type ChoiceEvent,
  chooseBackend,
  webgpuCandidate,
} from "../../../src/model/backend/choice.ts";
import { createNodeBackend } from "../../../src/model/backend/node/backend.ts";
import { checkNumbers, probedPrecisions } from "../../../src/model/probe/probe.ts";
import { memoryStore } from "../../../src/store/memory.ts";
import { makeWav } from "../../../support/clips/make-wav.ts";
import {
  GOLDEN_TOLERANCE,
  goldenExpectations,
  goldenSamples,
  largestDifference,
  stackedLayer,
} from "../../../support/packs/golden.ts";
import { AMPLE_LIMITS, installGolden, nodeRegistry } from "../../../support/packs/tiny-pack.ts";
import { post, startService } from "../../support/http/service.ts";
import {
  type Fault,
  faultyDevice,
  lostAfter,
  notANumberAfter,
  throwingAfter,
  wrongNumbers,
} from "../../support/model/faulty-backend.ts";

const ADAPTER = {
  vendor: "none",
  description: "a GPU for tests",
  hasFloat16: false,
  maxBufferBytes: 2 ** 30,
  isSoftware: false,
};
const LAYERS = 3;

// Two chunks of the frontend are the first segment, the positional embedding and its table the second.
const IN_THE_THIRD_SEGMENT = 4;

/** A service whose GPU works while it is chosen, and then as `fault` has it; `isWrong` has it so from the start. */
async function serviceWith(fault: Fault, { isWrong = false } = {}) {
  const events: ChoiceEvent[] = [];
  let before = isWrong ? 0 : Number.POSITIVE_INFINITY;
  let runs = 0;
  const device = await faultyDevice((results) => {
    const index = runs++ - before;
    return index < 0 ? results : fault(results, index);
  });
  const choice = await chooseBackend({
    host: await createNodeBackend(),
    candidates: [webgpuCandidate(async () => ({ adapter: ADAPTER, open: async () => device }))],
    checkNumbers: (backend, adapter) => checkNumbers(backend, probedPrecisions(adapter)),
    checkSpeed: async () => {},
    report: (event) => events.push(event),
    nowMs: () => 0,
  });
  if (!isWrong) before = runs;
  const packs = memoryStore();
  await installGolden(packs, "tiny-group", "fp32");
  const registry = nodeRegistry(packs, "", AMPLE_LIMITS, async () => choice.backend);
  return { service: startService(registry, { backendReport: choice.report }), events };
}

describe("an answer of a service whose GPU goes wrong", () => {
  test.each([
    ["not at all", (results) => results, "webgpu", { name: "webgpu", losses: 0, set_aside: [] }],
    [
      "by wrong numbers",
      wrongNumbers,
      "wasm",
      { losses: 0, set_aside: [{ reason: expect.stringMatching(/wrong numbers/) }] },
    ],
    [
      "by an error at the third segment",
      throwingAfter(IN_THE_THIRD_SEGMENT, new Error("out of memory")),
      "webgpu+wasm",
      { losses: 1, set_aside: [{ reason: "out of memory" }] },
    ],
    [
      "by the loss of its device",
      lostAfter(IN_THE_THIRD_SEGMENT),
      "webgpu+wasm",
      { losses: 1, set_aside: [{ reason: expect.stringMatching(/device was lost/) }] },
    ],
    [
      "by NaN",
      notANumberAfter(IN_THE_THIRD_SEGMENT),
      "webgpu+wasm",
      { losses: 1, set_aside: [{ reason: expect.stringMatching(/NaN or infinity/) }] },
    ],
  ] as [string, Fault, string, object][])(
    "is right and names what made it: %s",
    async (_, fault, computedBy, reported) => {
      const { service, events } = await serviceWith(fault, { isWrong: fault === wrongNumbers });
      const samples = await goldenSamples("x16000");
      const clip = makeWav({ sampleRateHz: 16_000, channels: [samples], format: "f32" });
      const response = await post(service, "", clip);
      expect(response.headers.get("X-Undertone-Backend")).toBe(computedBy);
      const { backend, layers } = FeaturesSchema.parse(await response.json());
      expect(backend).toBe(computedBy);

      const { shape, data } = layers[0] as { shape: number[]; data: number[][] };
      const [rows, columns] = shape as [number, number];
      const matrix = { rows, columns, data: Float32Array.from(data.flat()) };
      const { hiddenStates } = await goldenExpectations("tiny-group", "x16000");
      const expected = stackedLayer(hiddenStates as Float32Array, LAYERS, LAYERS);
      expect(largestDifference(matrix, expected)).toBeLessThan(GOLDEN_TOLERANCE);

      const models = await (await service.app.request("/v1/models")).json();
      expect(ModelListSchema.parse(models).backend).toMatchObject(reported);
      const losses = events.filter(({ event }) => event === "device-lost");
      expect(losses).toHaveLength(computedBy === "webgpu+wasm" ? 1 : 0);
    },
  );
});
