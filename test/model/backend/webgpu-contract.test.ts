import { GOLDEN_INPUTS } from "../../../support/packs/golden.ts";
import { MISSING_SWIFTSHADER, useSwiftShader } from "../../support/model/software-gpus.ts";
import { describeNodeWebgpuContract } from "../../support/model/webgpu-contract.ts";

useSwiftShader();

// SwiftShader has no float16 in shaders; the longest clip takes it a minute, so the model of fewest layers computes that.
describeNodeWebgpuContract({
  name: "WebGPU in Node, on SwiftShader",
  missing: MISSING_SWIFTSHADER,
  inputsFor: (model) =>
    GOLDEN_INPUTS.filter(
      (input) => input !== "tile5_x56789" || model === "tiny-group-convbias-oddpos",
    ),
  onnxPrecisions: ["q4"],
});
