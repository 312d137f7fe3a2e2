/** Position biases as programs take them that compute all heads at once: a row for each row of scores. */
import { freeMemory } from "../../bytes.ts";
import type { BackendTensor } from "../backend/backend.ts";
import type { Matrix } from "../matrix.ts";
import { LARGEST_BLOCK, type RowBlock } from "./blocks.ts";

/** The input of a program that takes them. */
export const POSITION_BIASES = "position_biases";

/** What is laid out for one layer stays for the next ones, up to so much. */
const MOST_KEPT_BYTES = 32e6;

/** Biases of one window. */
export interface BlockBiases {
  /**
   * Those of a block's rows: [heads, block, frames].
   * @param table biases of the relative positions −(frames − 1) … frames − 1 and one unused: [all heads, 2 · frames]
   */
  of(table: Matrix, heads: readonly number[], block: RowBlock): BackendTensor;
  free(): void;
}

/** Prepares an empty set. */
export function blockBiases(): BlockBiases {
  const kept = new Map<string, Float32Array>();
  let keptBytes = 0;
  /** For blocks that do not stay. */
  let place = new Float32Array();

  const placeOf = (key: string, size: number): Float32Array => {
    const bytes = size * Float32Array.BYTES_PER_ELEMENT;
    if (keptBytes + bytes > MOST_KEPT_BYTES) {
      if (place.length < size) place = new Float32Array(size);
      return place.subarray(0, size);
    }
    const own = new Float32Array(size);
    kept.set(key, own);
    keptBytes += bytes;
    return own;
  };

  return {
    of(table, heads, block) {
      const frames = table.columns / 2;
      const key = `${block.first} ${heads.join()}`;
      const known = kept.get(key);
      const data = known ?? placeOf(key, heads.length * block.count * frames);
      if (known === undefined) layOut(data, table, heads, block);
      return { type: "float32", shape: [heads.length, block.count, frames], data };
    },
    free() {
      for (const biases of [...kept.values(), place]) freeMemory(biases);
      kept.clear();
    },
  };
}

/** The most bytes that they take in a window of so many frames. */
export function blockBiasBytes(heads: number, frames: number): number {
  const rowBytes = heads * frames * Float32Array.BYTES_PER_ELEMENT;
  const place = Math.min(frames, LARGEST_BLOCK) * rowBytes;
  return Math.min(frames * rowBytes, MOST_KEPT_BYTES + place);
}

/** The row of frame `q` begins with the bias of frame 0, whose relative position is −q. */
function layOut(
  data: Float32Array,
  { columns, data: biases }: Matrix,
  heads: readonly number[],
  { first, count }: RowBlock,
): void {
  const frames = columns / 2;
  let at = 0;
  for (const head of heads) {
    for (let frame = first; frame < first + count; frame++) {
      const start = head * columns + frames - 1 - frame;
      data.set(biases.subarray(start, start + frames), at);
      at += frames;
    }
  }
}
