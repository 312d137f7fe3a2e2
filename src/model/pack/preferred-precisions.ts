/** The preferred precisions of each backend. */
import type { BackendReport } from "../backend/report.ts";
import type { Precision } from "./precision.ts";

/** Best first: a GPU takes float16 if its shaders have it; WASM has kernels for int8; native code has its own int8 products. */
export function preferredPrecisions({
  backend,
  adapter,
}: Pick<BackendReport, "backend" | "adapter">): readonly Precision[] {
  if (backend === "native") return ["q8n", "fp32", "q8", "q8a", "q4", "fp16"];
  if (backend === "cuda") return ["fp32", "fp16", "q8n", "q4", "q8", "q8a"];
  if (backend !== "webgpu") return ["q8", "q8a", "fp32", "q8n", "q4", "fp16"];
  return adapter?.hasFloat16 === true
    ? ["fp16", "fp32", "q4", "q8", "q8a", "q8n"]
    : ["fp32", "q4", "q8", "q8a", "q8n", "fp16"];
}
