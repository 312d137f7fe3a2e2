import { createFailoverBackend } from "../../../../src/model/backend/failover.ts";
import { createNodeBackend } from "../../../../src/model/backend/node/backend.ts";
import { GOLDEN_TOLERANCE } from "../../../../support/packs/golden.ts";
import { AMPLE_LIMITS, computeAll, nodeRegistry } from "../../../../support/packs/tiny-pack.ts";
import { describeBackendContract } from "../../../contract/backend.ts";
import { findNativeDevice, MISSING_NATIVE } from "../../../support/model/native-onnxruntime.ts";

for (const threads of [1, 2]) {
  describeBackendContract({
    name: `onnxruntime's native build, ${threads === 1 ? "1 thread" : `${threads} threads`}`,
    missing: MISSING_NATIVE,
    fp32Bound: { absolute: GOLDEN_TOLERANCE },
    onnxPrecisions: threads === 1 ? ["fp16", "q4", "q8n"] : ["q8n"],
    // Packs with kernels of the engine's own are left to WASM.
    sameBits: ["q8"],
    async start(store) {
      const host = await createNodeBackend({ threads });
      const { open } = await findNativeDevice(host);
      const backend = createFailoverBackend(await open(), {
        host,
        openDevice: open,
        report() {},
        nowMs: () => 0,
      });
      const registry = nodeRegistry(store, "", AMPLE_LIMITS, async () => backend);
      return {
        compute: async (pack, samples) => computeAll(await registry.open(pack), samples),
        stop: () => backend.close(),
      };
    },
  });
}
