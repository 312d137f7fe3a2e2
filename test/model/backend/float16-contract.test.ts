import { useLavapipe } from "./software-gpus.ts";
import { describeNodeWebgpuContract } from "./webgpu-contract.ts";

describeNodeWebgpuContract({
  name: "WebGPU in Node, on lavapipe",
  missing: await useLavapipe(),
  mayBeMissingInCi: true,
  inputsFor: () => ["x16000"],
  gpuPrecisions: ["fp16"],
});
