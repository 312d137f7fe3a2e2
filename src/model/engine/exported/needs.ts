/** Memory needed by a model that is one ONNX file. */

import { frameCount } from "../../framing.ts";
import type { PackManifest } from "../../pack/manifest.ts";

const FLOAT32_BYTES = 4;

/** While a session is made of it, the file stands in the heap as it came, parsed, and as tensors. */
const FILE_COPIES = 3;

/** Matrices that its largest operation has at once: what it takes, what it gives, and what is rearranged. */
const WORKING_COPIES = 3;

/** Estimates, from above, what a clip needs; `heapBytes` is beside onnxruntime itself. */
export function exportedNeeds({ architecture, segments }: PackManifest, sampleCount: number) {
  const { convDim, convStride, headCount, hiddenSize, intermediateSize } = architecture;
  const frames = frameCount(sampleCount);
  const fileBytes = segments.reduce((sum, { bytes }) => sum + bytes, 0);
  const firstConvolution = (sampleCount / convStride[0]) * convDim[0];
  const attention = headCount * frames * frames;
  const largest = Math.max(firstConvolution, attention, frames * intermediateSize);
  return {
    heapBytes: FILE_COPIES * fileBytes + WORKING_COPIES * FLOAT32_BYTES * largest,
    bufferBytes: FLOAT32_BYTES * (2 * sampleCount + 2 * frames * hiddenSize),
    weightBytes: fileBytes,
  };
}
