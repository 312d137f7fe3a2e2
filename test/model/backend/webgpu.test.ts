import { beforeAll, describe, expect, it } from "vitest";
import type { Backend, DeviceBackend } from "../../../src/model/backend/backend.ts";
import type { FoundDevice } from "../../../src/model/backend/choose.ts";
import { createNodeBackend } from "../../../src/model/backend/node.ts";
import { findNodeWebgpu } from "../../../src/model/backend/node-webgpu.ts";
import { resolveTaps } from "../../../src/model/layers.ts";
import type { Matrix } from "../../../src/model/matrix.ts";
import { manifestKey, type Precision } from "../../../src/model/pack.ts";
import { writePack } from "../../../src/model/pack-writer.ts";
import { NUMBERS_CONFIG, probeCheckpoint } from "../../../src/model/probe/probe-checkpoint.ts";
import { chooseTrustedBackend } from "../../../src/model/probe/trusted-backend.ts";
import { createModelRegistry } from "../../../src/model/registry.ts";
import { memoryStore } from "../../../src/store/memory.ts";
import type { Store } from "../../../src/store/store.ts";
import {
  GOLDEN_INPUTS,
  GOLDEN_MODELS,
  type GoldenInput,
  goldenExpectations,
  goldenModelInput,
  largestDifference,
  stackedLayer,
} from "../../golden.ts";
import { AMPLE_LIMITS, installGolden } from "../../tiny-pack.ts";
import { isSkipped, useSwiftShader } from "./swiftshader.ts";

/** Of the largest expected number. */
const RELATIVE_TOLERANCE = 2e-3;
const TIMEOUT_MS = 400_000;

/** The longest clip takes a minute there, so one model computes it: the one with the fewest layers. */
function inputsFor(model: string): readonly GoldenInput[] {
  if (model === "tiny-group-convbias-oddpos") return GOLDEN_INPUTS;
  return GOLDEN_INPUTS.filter((input) => input !== "tile5_x56789");
}

let host: Backend;
let found: FoundDevice;
let device: DeviceBackend;

async function engineOn(backend: Backend, name: string, precision: Precision) {
  const storage = memoryStore();
  await installGolden(storage, name, precision);
  return openFirst(backend, storage);
}

function openFirst(backend: Backend, storage: Store) {
  return createModelRegistry({
    storage,
    backend: async () => backend,
    defaultModel: "",
    reportDamage: () => {},
    limits: AMPLE_LIMITS,
  }).open();
}

describe.skipIf(isSkipped)("WebGPU on SwiftShader", { timeout: TIMEOUT_MS }, () => {
  beforeAll(async () => {
    useSwiftShader();
    host = await createNodeBackend();
    found = (await findNodeWebgpu(host, { isForced: true })) as FoundDevice;
    device = await found.open();
  });

  describe.each(GOLDEN_MODELS)("an fp32 pack of $name", (model) => {
    it.each(inputsFor(model.name))("gives the reference's hidden states for %s", async (input) => {
      const engine = await engineOn(device, model.name, "fp32");
      const samples = await goldenModelInput(input, model.doNormalize);
      const result = await engine.run(samples, resolveTaps("all", model.layerCount));
      const { hiddenStates, frameStep } = await goldenExpectations(model.name, input);
      for (const [index, matrix] of result.hiddenStates) {
        const expected = stackedLayer(hiddenStates as Float32Array, index, model.layerCount);
        const largest = expected.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
        const difference = largestDifference(matrix, expected, frameStep);
        expect(difference / largest).toBeLessThan(RELATIVE_TOLERANCE);
      }
    });
  });

  it("takes as many heads as large models have, more than a shader binds buffers", async () => {
    const config = { ...NUMBERS_CONFIG, hiddenSize: 64, headCount: 16 };
    const storage = memoryStore();
    await writePack(probeCheckpoint(config), { precision: "fp32" }, new Map(), {
      put: (key, bytes) => storage.put(key, bytes),
      manifestKey,
    });
    const samples = await goldenModelInput("x4001", false);
    const [actual, expected] = await Promise.all(
      [device, host].map(async (backend) => {
        const engine = await openFirst(backend, storage);
        return (await engine.run(samples, resolveTaps("last", 1))).hiddenStates.get(1) as Matrix;
      }),
    );
    expect(largestDifference(actual, expected.data)).toBeLessThan(RELATIVE_TOLERANCE);
  });

  it("computes q4 packs like WASM", async () => {
    const samples = await goldenModelInput("x4001", true);
    const taps = resolveTaps("last", 3);
    const onDevice = await (await engineOn(device, "tiny-layer", "q4")).run(samples, taps);
    const onHost = await (await engineOn(host, "tiny-layer", "q4")).run(samples, taps);
    const [actual, expected] = [onDevice, onHost].map(({ hiddenStates }) => hiddenStates.get(3));
    const difference = largestDifference(actual as Matrix, expected?.data as Float32Array);
    expect(difference).toBeLessThan(RELATIVE_TOLERANCE);
  });

  it("is trusted once it gave the probe's numbers, and finishes a clip on WASM when it is destroyed", async () => {
    const opened: DeviceBackend[] = [];
    const events: string[] = [];
    const { backend, report } = await chooseTrustedBackend({
      host,
      findDevice: async () => ({
        adapter: found.adapter,
        async open() {
          opened.push(await found.open());
          return opened[opened.length - 1];
        },
      }),
      forced: "webgpu",
      report: ({ event }) => events.push(event),
    });
    expect(report().backend).toBe("webgpu");
    const engine = await engineOn(backend, "tiny-group", "fp32");
    const samples = await goldenModelInput("x16000", false);
    const taps = resolveTaps("all", 3);
    const whole = await engine.run(samples, taps);
    expect(whole.backend).toBe("webgpu");

    const running = engine.run(samples, taps);
    await new Promise((resolve) => setTimeout(resolve, 20));
    await opened[0].close();
    const result = await running;
    expect(result.backend).toMatch(/wasm$/);
    const { hiddenStates } = await goldenExpectations("tiny-group", "x16000");
    for (const [index, matrix] of result.hiddenStates) {
      const expected = stackedLayer(hiddenStates as Float32Array, index, 3);
      expect(largestDifference(matrix, expected)).toBeLessThan(RELATIVE_TOLERANCE);
    }
    expect(events).toEqual(["backend-chosen", "device-lost"]);
    expect(report()).toMatchObject({ losses: 1, setAside: [{ backend: "webgpu" }] });
  });
});
