/** The part of onnxruntime's JavaScript front ends by which whole steps run. */

/** The used part of `onnxruntime-web/webgpu` and of `onnxruntime-node`. */
export type OrtFrontEnd = Pick<typeof import("onnxruntime-common"), "InferenceSession" | "Tensor">;
