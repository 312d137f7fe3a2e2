/** What a window needs of the WASM heap: upper bounds by the kinds of steps that a pack has. */
import { stepKinds } from "../../backend/backend.ts";
import { STEP_BYTES } from "../../backend/wasm/own-memory.ts";
import { HOP_SAMPLES } from "../../framing.ts";
import type { PackManifest } from "../../pack/manifest.ts";
import { LARGEST_BLOCK } from "../blocks.ts";
import { CHUNK_FRAMES } from "../frontend.ts";

const FLOAT32_BYTES = 4;

/** The heap after a window of so many frames, in bytes. */
export function heapBytesOf(manifest: PackManifest, frames: number): number {
  const kinds = stepKinds(manifest.programs.flatMap(({ steps }) => steps));
  if (kinds !== "kernels") return ortHeapBytes(largestStage(manifest, frames, ORT_STAGES));
  // A heap of kernels alone grows to what is needed, in whole steps.
  return Math.ceil(largestStage(manifest, frames, KERNEL_STAGES) / STEP_BYTES) * STEP_BYTES;
}

/** onnxruntime, its sessions and its stack. */
const RUNTIME_HEAP_BYTES = 18e6;
const INITIAL_HEAP_BYTES = 256 * 65_536;
const GROWTH = 1.2;

/** The heap with onnxruntime in it, of which a computation takes `needBytes`: Emscripten grows it by a fifth at a time. */
export function ortHeapBytes(needBytes: number): number {
  let heapBytes = INITIAL_HEAP_BYTES;
  while (heapBytes < RUNTIME_HEAP_BYTES + needBytes) heapBytes *= GROWTH;
  return heapBytes;
}

/** Numbers (float32) that stages hold beside their weights. */
interface StageSizes {
  /** Of the frontend, whose first convolution gives so many numbers for a chunk. */
  frontend(firstConvolution: number): number;
  /** Of a layer over `frames` frames, for a block of rows. */
  layer(frames: number, block: number, widths: Widths): number;
  /** Of a head, whose widest rows have so many numbers. */
  head(block: number, width: number): number;
}

interface Widths extends Pick<PackManifest["architecture"], "hiddenSize" | "intermediateSize"> {
  /** Heads whose scores are there at once. */
  readonly scoredHeads: number;
}

/** The working matrix of each stage is there four times: input, quantized input, product and result. */
const ORT_STAGES: StageSizes = {
  frontend: (firstConvolution) => 4 * firstConvolution,
  // Keys and values come in once and are cut into heads once: as much again as scores and their biases.
  layer: (frames, block, { hiddenSize, intermediateSize, scoredHeads }) =>
    4 *
    Math.max(
      block * intermediateSize,
      frames * hiddenSize + scoredHeads * block * (frames + block),
    ),
  head: (block, width) => 4 * block * width,
};

const KERNEL_STAGES: StageSizes = {
  // Its rows, a quarter of that as integers, and the next convolution's rows, of which there are half as many.
  frontend: (firstConvolution) => 2 * firstConvolution,
  // Keys and values; a block's rows in between, once more as integers, and its queries, sums and results. A head's scores are few.
  layer: (frames, block, { hiddenSize, intermediateSize }) =>
    2 * frames * hiddenSize + block * (1.25 * intermediateSize + 4 * hiddenSize),
  head: ORT_STAGES.head,
};

/** The largest stage: the frontend's first inner convolution, the positional convolution, a block of a layer, or of a head. */
function largestStage(manifest: PackManifest, frames: number, sizes: StageSizes): number {
  const { architecture, segments, precision } = manifest;
  const { convDim, convStride, headCount } = architecture;
  const widths = { ...architecture, scoredHeads: precision === "q8n" ? headCount : 1 };
  const bytesOf = (prefix: string) =>
    Math.max(
      0,
      ...segments.filter(({ name }) => name.startsWith(prefix)).map(({ bytes }) => bytes),
    );
  const firstConvolution = ((CHUNK_FRAMES + 1) * HOP_SAMPLES * convDim[0]) / convStride[0];
  const block = Math.min(frames, LARGEST_BLOCK);
  return Math.max(
    bytesOf("frontend") + FLOAT32_BYTES * sizes.frontend(firstConvolution),
    bytesOf("positional") * 2,
    bytesOf("layer.") + FLOAT32_BYTES * sizes.layer(frames, block, widths),
    bytesOf("head.") + FLOAT32_BYTES * sizes.head(block, headWidth(manifest)),
  );
}

/** Of the widest rows that a head multiplies: the windows of its time-delay layers. */
function headWidth({ heads }: PackManifest): number {
  const widths = heads.flatMap((head) => {
    if (head.kind !== "xvector") return [];
    return head.tdnn.map(({ kernel }, index) => {
      const inputs = head.tdnn[index - 1]?.size ?? head.projectionSize;
      return kernel * inputs;
    });
  });
  return Math.max(0, ...widths);
}
