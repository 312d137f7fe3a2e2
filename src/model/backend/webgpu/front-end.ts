/** The part of onnxruntime-web by which programs run on a device. */

/** The used part of onnxruntime-web's front end, `onnxruntime-web/webgpu`. */
export type OrtFrontEnd = Pick<typeof import("onnxruntime-common"), "InferenceSession" | "Tensor">;
