import type { FoundDevice } from "../../../src/model/backend/choose.ts";
import { createNodeBackend } from "../../../src/model/backend/node.ts";
import { findNodeWebgpu } from "../../../src/model/backend/node-webgpu.ts";
import { describeBackendContract } from "../../contract/backend.ts";
import { GOLDEN_INPUTS } from "../../golden.ts";
import { AMPLE_LIMITS, computeAll, nodeRegistry } from "../../tiny-pack.ts";
import { MISSING_DRIVER, useSwiftShader } from "./swiftshader.ts";

// SwiftShader has no float16 in shaders; the longest clip takes it a minute, so the model of fewest layers computes that.
describeBackendContract({
  name: "WebGPU in Node, on SwiftShader",
  missing: MISSING_DRIVER,
  inputsFor: (model) =>
    GOLDEN_INPUTS.filter(
      (input) => input !== "tile5_x56789" || model === "tiny-group-convbias-oddpos",
    ),
  fp32Bound: { relative: 2e-3 },
  gpuPrecisions: ["q4"],
  sameBits: [],
  async start(store) {
    useSwiftShader();
    const host = await createNodeBackend();
    const found = (await findNodeWebgpu(host, { isForced: true })) as FoundDevice;
    const device = await found.open();
    const registry = nodeRegistry(store, "", AMPLE_LIMITS, async () => device);
    return {
      compute: async (pack, samples) => computeAll(await registry.open(pack), samples),
      stop: () => device.close(),
    };
  },
});
