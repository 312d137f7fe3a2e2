import { createNodeBackend } from "../../../src/model/backend/node/backend.ts";
import { GOLDEN_TOLERANCE } from "../../../support/packs/golden.ts";
import { AMPLE_LIMITS, computeAll, nodeRegistry } from "../../../support/packs/tiny-pack.ts";
import { type BackendContract, describeBackendContract } from "../../contract/backend.ts";

/** The WASM backend in this process. */
function nodeContract(threads: number, sameBits: BackendContract["sameBits"]): BackendContract {
  return {
    name: `WASM in Node, ${threads === 1 ? "1 thread" : `${threads} threads`}`,
    fp32Bound: { absolute: GOLDEN_TOLERANCE },
    onnxPrecisions: threads === 1 ? ["fp16", "q4"] : [],
    sameBits,
    async start(store) {
      const backend = await createNodeBackend({ threads });
      const registry = nodeRegistry(store, "", AMPLE_LIMITS, async () => backend);
      return {
        compute: async (pack, samples) => computeAll(await registry.open(pack), samples),
        stop: () => backend.close(),
      };
    },
  };
}

describeBackendContract(nodeContract(1, []));
describeBackendContract(nodeContract(2, ["q8", "q8a"]));
describeBackendContract(nodeContract(3, ["q8", "q8a"]));
