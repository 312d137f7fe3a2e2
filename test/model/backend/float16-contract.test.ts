import { useLavapipe } from "../../support/model/software-gpus.ts";
import { describeNodeWebgpuContract } from "../../support/model/webgpu-contract.ts";

describeNodeWebgpuContract({
  name: "WebGPU in Node, on lavapipe",
  missing: await useLavapipe(),
  mayBeMissingInCi: true,
  inputsFor: () => ["x16000"],
  onnxPrecisions: ["fp16"],
});
