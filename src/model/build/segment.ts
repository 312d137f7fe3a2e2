/** Segments of a model that is being built. */
import type { BuiltProgram } from "../onnx/builder.ts";

/** A part of the model that is fetched as one blob of weights, and the programs that use them. */
export interface BuiltSegment {
  /** `frontend`, `positional`, `layer.0` … `layer.<N-1>`, `final_norm` for stable models, and `head.…` for those of a task. */
  readonly name: string;
  readonly programs: readonly BuiltProgram[];
}
