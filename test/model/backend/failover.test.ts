import { beforeAll, describe, expect, it } from "vitest";
import type { Backend, DeviceBackend } from "../../../src/model/backend/backend.ts";
import { createFailoverBackend, type DeviceEvent } from "../../../src/model/backend/failover.ts";
import { createNodeBackend } from "../../../src/model/backend/node/backend.ts";
import { featureTaps } from "../../../src/model/engine/taps/resolve.ts";
import { headTaps } from "../../../src/model/engine/taps/taps.ts";
import type { Head } from "../../../src/model/heads/head.ts";
import type { Precision } from "../../../src/model/pack/precision.ts";
import { createModelRegistry } from "../../../src/model/pack/registry.ts";
import { memoryStore } from "../../../src/store/memory.ts";
import type { Store } from "../../../src/store/store.ts";
import {
  GOLDEN_TOLERANCE,
  goldenExpectations,
  goldenModelInput,
  largestDifference,
  stackedLayer,
} from "../../../support/packs/golden.ts";
import { AMPLE_LIMITS, installGolden, nodeRegistry } from "../../../support/packs/tiny-pack.ts";
import { installExported } from "../../support/model/exported.ts";
import {
  faultyDevice,
  lostAfter,
  notANumberAfter,
  throwingAfter,
} from "../../support/model/faulty-backend.ts";

const LAYERS = 3;
const ALL_STATES = {
  hiddenStates: [0, 1, 2, 3],
  extractFeatures: false,
  lastHiddenState: false,
  layerSum: null,
  head: null,
};

let expected: Float32Array;
let samples: Float32Array;
beforeAll(async () => {
  expected = (await goldenExpectations("tiny-group", "x16000")).hiddenStates as Float32Array;
  samples = await goldenModelInput("x16000", false);
});

/** An engine on a failover whose device is opened by `open`; the clock is the test's. */
async function engineOn(open: () => Promise<DeviceBackend>, precision: Precision = "fp32") {
  const clock = { nowMs: 0 };
  const events: DeviceEvent[] = [];
  const backend = createFailoverBackend(await open(), {
    host: await createNodeBackend(),
    openDevice: open,
    report: (event) => events.push(event),
    nowMs: () => clock.nowMs,
  });
  const storage = memoryStore();
  await installGolden(storage, "tiny-group", precision);
  const engine = await createModelRegistry({
    storage,
    backend: async () => backend,
    defaultModel: "",
    reportDamage: () => {},
    limits: AMPLE_LIMITS,
  }).open();
  const run = async () => {
    const { hiddenStates, backend: computedBy } = await engine.run(samples, ALL_STATES);
    const differences = [...hiddenStates].map(([index, matrix]) =>
      largestDifference(matrix, stackedLayer(expected, index, LAYERS)),
    );
    return { computedBy, difference: Math.max(...differences) };
  };
  return { run, clock, events, backend };
}

describe("a device that works", () => {
  it("computes everything, and the answer names it", async () => {
    const { run, events } = await engineOn(() => faultyDevice());
    const { computedBy, difference } = await run();
    expect(computedBy).toBe("webgpu");
    expect(difference).toBeLessThan(GOLDEN_TOLERANCE);
    expect(events).toEqual([]);
  });

  it("leaves packs with kernels of the engine's own to WASM", async () => {
    const { run, events } = await engineOn(() => faultyDevice(), "q8");
    expect((await run()).computedBy).toBe("wasm");
    expect(events).toEqual([]);
  });
});

describe("what was never compared with stored numbers on a device", () => {
  const registryOn = (storage: Store, backend: Backend) =>
    nodeRegistry(storage, "", AMPLE_LIMITS, async () => backend);
  const brokenFrom = (count: number) =>
    faultyDevice(throwingAfter(count, new Error("it runs on the device")));

  async function failoverOn(device: DeviceBackend) {
    return createFailoverBackend(device, {
      host: await createNodeBackend(),
      openDevice: async () => device,
      report: () => {},
      nowMs: () => 0,
    });
  }

  it("is left to WASM: a pack of a ready export", async () => {
    const storage = memoryStore();
    await installExported(storage);
    const backend = await failoverOn(await brokenFrom(0));
    const engine = await registryOn(storage, backend).open();
    const result = await engine.run(samples, featureTaps(engine.manifest, { layers: "last" }));
    expect(result.backend).toBe("wasm");
    expect(backend.deviceState()).toMatchObject({ isUsed: true, losses: 0 });
  });

  it("is left to WASM: the head of a task", async () => {
    const storage = memoryStore();
    await installGolden(storage, "tiny-xvector", "fp32");
    const backend = await failoverOn(await faultyDevice());
    const engine = await registryOn(storage, backend).open();
    const result = await engine.run(samples, headTaps(engine.manifest.heads[0] as Head));
    expect(result.backend).toBe("webgpu+wasm");
    expect(backend.deviceState()).toMatchObject({ isUsed: true, losses: 0 });
  });
});

// Two chunks of the frontend are the first segment, the positional embedding and its table the second.
const IN_THE_THIRD_SEGMENT = 5;

describe.each([
  ["throws at the third segment", throwingAfter(IN_THE_THIRD_SEGMENT, new Error("out of memory"))],
  ["loses its device", lostAfter(IN_THE_THIRD_SEGMENT)],
  ["gives NaN", notANumberAfter(IN_THE_THIRD_SEGMENT)],
])("a device that %s", (_, fault) => {
  it("has its clip finished by WASM, with the right numbers and both named", async () => {
    const { run, events, backend } = await engineOn(() => faultyDevice(fault));
    const { computedBy, difference } = await run();
    expect(computedBy).toBe("webgpu+wasm");
    expect(difference).toBeLessThan(GOLDEN_TOLERANCE);
    expect(events).toMatchObject([{ event: "device-lost", losses: 1 }]);
    expect(backend.deviceState()).toMatchObject({ isUsed: false, losses: 1 });
  });
});

describe("a device that was lost", () => {
  it("is left alone until its time has come, then opened anew", async () => {
    const devices = [await faultyDevice(lostAfter(3)), await faultyDevice()];
    const { run, clock, events, backend } = await engineOn(
      async () => devices.shift() as DeviceBackend,
    );
    await run();
    clock.nowMs = 4_999;
    expect((await run()).computedBy).toBe("wasm");
    clock.nowMs = 5_000;
    const { computedBy, difference } = await run();
    expect(computedBy).toBe("webgpu");
    expect(difference).toBeLessThan(GOLDEN_TOLERANCE);
    expect(events.map(({ event }) => event)).toEqual(["device-lost", "device-back"]);
    expect(backend.deviceState()).toMatchObject({ isUsed: true, losses: 1 });
  });

  it("is retried twice as late each time that it cannot be opened", async () => {
    let attempts = 0;
    const first = await faultyDevice(lostAfter(3));
    const { run, clock } = await engineOn(async () => {
      attempts++;
      if (attempts > 1) throw new Error("the GPU is gone");
      return first;
    });
    await run();
    for (const [nowMs, attemptsThen] of [
      [5_000, 2],
      [14_999, 2],
      [15_000, 3],
      [34_999, 3],
      [35_000, 4],
    ]) {
      clock.nowMs = nowMs;
      expect((await run()).computedBy).toBe("wasm");
      expect(attempts).toBe(attemptsThen);
    }
  });
});
