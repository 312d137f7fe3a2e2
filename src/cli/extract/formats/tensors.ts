/** The arrays of formats that hold arrays by name: one of all clips for each tensor if frames are pooled, else those of each clip. */

import { valueBytes } from "../../../formats/values.ts";
import type { Output, OutputBytes } from "./format.ts";
import { describeClip } from "./format.ts";

/** An array in pieces. */
export interface NamedArray {
  readonly name: string;
  readonly shape: readonly number[];
  /** Its values as little-endian bytes. */
  pieces(): OutputBytes;
}

/** `hidden_states.12` [clips, width] for each pooled tensor; else `<path>/hidden_states.12` [frames, width] for each clip. */
export function* arraysOf(output: Output): Generator<NamedArray> {
  const { clips, tensors, dtype } = output;
  const bytesOf = async (index: number, position: number) =>
    valueBytes(await output.readTensor(index, position), dtype);
  for (const [position, { name, width, isPooled }] of tensors.entries()) {
    if (!isPooled) continue;
    yield {
      name,
      shape: [clips.length, width],
      async *pieces() {
        for (const index of clips.keys()) yield await bytesOf(index, position);
      },
    };
  }
  for (const [index, clip] of clips.entries()) {
    for (const [position, { name, width, isPooled }] of tensors.entries()) {
      if (isPooled) continue;
      yield {
        name: `${clip.name}/${name}`,
        shape: [clip.frames, width],
        async *pieces() {
          yield await bytesOf(index, position);
        },
      };
    }
  }
}

/** `{model, …, clips: [{path, …}]}` as JSON, piece by piece: the clips in the order of pooled arrays. */
export function* clipsJson({ description, clips, columns }: Output): Generator<string> {
  yield `${JSON.stringify(description).slice(0, -1)},"clips":[`;
  for (const [index, clip] of clips.entries()) {
    yield `${index > 0 ? "," : ""}${JSON.stringify(describeClip(clip, columns))}`;
  }
  yield "]}";
}
