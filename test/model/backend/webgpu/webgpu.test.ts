import { beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { Backend, DeviceBackend } from "../../../../src/model/backend/backend.ts";
import { type FoundGpu, webgpuCandidate } from "../../../../src/model/backend/choice.ts";
import { createNodeBackend } from "../../../../src/model/backend/node/backend.ts";
import { findNodeWebgpu } from "../../../../src/model/backend/node/webgpu.ts";
import { resolveTaps } from "../../../../src/model/engine/taps/resolve.ts";
import { chooseTrustedBackend } from "../../../../src/model/probe/trusted-backend.ts";
import { memoryStore } from "../../../../src/store/memory.ts";
import {
  GOLDEN_TOLERANCE,
  goldenExpectations,
  goldenModelInput,
  largestDifference,
  stackedLayer,
} from "../../../../support/packs/golden.ts";
import { AMPLE_LIMITS, installGolden, nodeRegistry } from "../../../../support/packs/tiny-pack.ts";
import { MISSING_SWIFTSHADER, useSwiftShader } from "../../../support/model/software-gpus.ts";

const TIMEOUT_MS = 400_000;

const isSkipped = MISSING_SWIFTSHADER !== null && process.env.CI !== "true";

let host: Backend;
let found: FoundGpu;

async function engineOn(backend: Backend, name: string) {
  const storage = memoryStore();
  await installGolden(storage, name, "fp32");
  return nodeRegistry(storage, "", AMPLE_LIMITS, async () => backend).open();
}

describe("WebGPU on SwiftShader", { timeout: TIMEOUT_MS }, () => {
  beforeEach(({ skip }) => {
    if (isSkipped) skip(MISSING_SWIFTSHADER ?? "");
  });
  beforeAll(async () => {
    if (isSkipped) return;
    useSwiftShader();
    host = await createNodeBackend();
    found = (await findNodeWebgpu(host, { isForced: true })) as FoundGpu;
  });

  it("is trusted once it gave the probe's numbers, and finishes a clip on WASM when it is destroyed", async () => {
    const opened: DeviceBackend[] = [];
    const events: string[] = [];
    const { backend, report } = await chooseTrustedBackend({
      host,
      candidates: [
        webgpuCandidate(async () => ({
          adapter: found.adapter,
          async open() {
            opened.push(await found.open());
            return opened[opened.length - 1];
          },
        })),
      ],
      forced: "webgpu",
      report: ({ event }) => events.push(event),
    });
    expect(report().backend).toBe("webgpu");
    const engine = await engineOn(backend, "tiny-group");
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
      expect(largestDifference(matrix, expected)).toBeLessThan(GOLDEN_TOLERANCE);
    }
    expect(events).toEqual(["backend-chosen", "device-lost"]);
    expect(report()).toMatchObject({ losses: 1, setAside: [{ backend: "webgpu" }] });
  });
});
