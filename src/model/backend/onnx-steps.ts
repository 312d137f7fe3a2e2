/** Programs for backends without the engine's kernels, WebGPU's and the native one: ONNX steps only, as in fp32, fp16 and q4 packs. */
import { UndertoneError } from "../../errors.ts";
import type { ExecutableStep, OnnxStep } from "./backend.ts";

/**
 * The steps of a program if all of them are ONNX.
 * @throws UndertoneError `pack-unsupported` naming the kernel and the backend that lacks it.
 */
export function requireOnnxSteps(
  steps: readonly ExecutableStep[],
  backendName: string,
): readonly OnnxStep[] {
  return steps.map((step) => {
    if ("onnx" in step) return step;
    throw new UndertoneError(
      "pack-unsupported",
      `This pack's programs use the kernel ${step.kernel}, which the backend ${backendName} does not have: ` +
        "use a pack without kernels there, such as fp32, or the wasm backend.",
      { backend: backendName, kernel: step.kernel },
    );
  });
}

/** The outputs of a step that later steps or the caller want. */
export function neededOutputs(
  steps: readonly OnnxStep[],
  index: number,
  outputs: readonly string[],
): string[] {
  const later = new Set([...outputs, ...steps.slice(index + 1).flatMap(({ inputs }) => inputs)]);
  return steps[index].outputs.filter((name) => later.has(name));
}
