/** What the kernels' WASM exports; every pointer is an address in onnxruntime's heap, aligned to 16 bytes. */
export { gatedAttention } from "./attention";
export { convolveSamples } from "./convolve-samples";
export { groupedConvolution } from "./grouped-convolution";
export { addRows, layerNorm } from "./norm";
export { int8Product } from "./product";
export { quantizeRows } from "./quantize";
