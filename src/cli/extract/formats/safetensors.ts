/** A dataset as one safetensors file (huggingface/safetensors, README "Format"). */
import { describeTensors, headerOf } from "../../../formats/safetensors.ts";
import type { Output, OutputBytes } from "./format.ts";
import { arraysOf, clipsJson } from "./tensors.ts";

/** Writes the arrays of `arraysOf`; the metadata `undertone` is the JSON of `clipsJson`. */
export async function* safetensorsBytes(output: Output): OutputBytes {
  const arrays = [...arraysOf(output)];
  const tensors = describeTensors(arrays, output.dtype);
  yield headerOf({ undertone: [...clipsJson(output)].join("") }, tensors);
  for (const { pieces } of arrays) yield* pieces();
}
