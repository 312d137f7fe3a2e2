/** A checkpoint → model.safetensors, one tensor in memory at a time. */

import { open } from "node:fs/promises";
import { bytesOf } from "../../src/bytes.ts";
import { expectedTensors } from "../../src/model/checkpoint/backbone/expected-tensors.ts";
import type { Checkpoint } from "../../src/model/checkpoint/checkpoint.ts";

const FLOAT32_BYTES = 4;

/** Writes every tensor of the checkpoint as F32. */
export async function writeSafetensors(checkpoint: Checkpoint, path: string): Promise<void> {
  const shapes = expectedTensors(checkpoint.config);
  let position = 0;
  const entries = [...shapes].map(([name, shape]) => {
    const start = position;
    position += shape.reduce((product, length) => product * length, FLOAT32_BYTES);
    return [name, { dtype: "F32", shape, data_offsets: [start, position] }] as const;
  });
  const header = Buffer.from(JSON.stringify(Object.fromEntries(entries)));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(header.length));
  const file = await open(path, "w");
  try {
    await file.writeFile(Buffer.concat([length, header]));
    for (const name of shapes.keys()) {
      const { data } = await checkpoint.tensor(name);
      await file.writeFile(bytesOf(data));
    }
  } finally {
    await file.close();
  }
}
