/** Results of engines as digests, to compare every bit of them. */
import { createHash } from "node:crypto";
import type { EngineResult } from "../../../src/model/engine/engine.ts";
import { namedMatrices } from "../../../src/tasks/features/compute.ts";

/** SHA-256 of every tensor of a result, by name. */
export function bitsOf(result: EngineResult): Record<string, string> {
  const { head } = result;
  const arrays: [string, Float32Array | null | undefined][] = [
    ...namedMatrices(result).map(([name, { data }]): [string, Float32Array] => [name, data]),
    ["logits", head?.logits.data],
    ["embedding", head?.embedding],
  ];
  return Object.fromEntries(
    arrays.flatMap(([name, array]) => (array ? [[name, digestOf(array)]] : [])),
  );
}

function digestOf({ buffer, byteOffset, byteLength }: Float32Array): string {
  return createHash("sha256")
    .update(new Uint8Array(buffer, byteOffset, byteLength))
    .digest("hex");
}
