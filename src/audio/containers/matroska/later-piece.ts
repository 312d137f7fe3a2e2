/** Later pieces of a WebM recording, as MediaRecorder gives them: they begin where the one before them ended. */
import { walkElements } from "./ebml.ts";
import { BLOCK_GROUP, CLUSTER, SIMPLE_BLOCK } from "./ids.ts";

/** True if bytes begin with a cluster, or with a block behind which another one or a cluster follows. */
export function isLaterWebmPiece(bytes: Uint8Array): boolean {
  const [first, second] = firstIds(bytes, 2);
  return first === CLUSTER || (isBlock(first) && (isBlock(second) || second === CLUSTER));
}

function firstIds(bytes: Uint8Array, count: number): number[] {
  const ids: number[] = [];
  for (const { id } of walkElements(bytes)) {
    if (ids.push(id) === count) break;
  }
  return ids;
}

function isBlock(id: number | undefined): boolean {
  return id === SIMPLE_BLOCK || id === BLOCK_GROUP;
}
