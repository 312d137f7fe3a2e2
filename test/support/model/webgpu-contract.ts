/** The contract of backends, for WebGPU in Node on whatever driver the process has. */
import type { FoundDevice } from "../../../src/model/backend/choice.ts";
import { createNodeBackend } from "../../../src/model/backend/node/backend.ts";
import { findNodeWebgpu } from "../../../src/model/backend/node/webgpu.ts";
import { AMPLE_LIMITS, computeAll, nodeRegistry } from "../../../support/packs/tiny-pack.ts";
import { type BackendContract, describeBackendContract } from "../../contract/backend.ts";

/** Runs the suite; the driver has to be chosen before. */
export function describeNodeWebgpuContract(
  contract: Omit<BackendContract, "start" | "fp32Bound" | "sameBits">,
): void {
  describeBackendContract({
    ...contract,
    fp32Bound: { relative: 2e-3 },
    sameBits: [],
    async start(store) {
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
}
