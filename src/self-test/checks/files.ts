/** Check of the store of clips and results. */
import { newId } from "../../crypto/ids.ts";
import type { Platform } from "../../platform/platform.ts";
import { broken, type Finding, ok, slow } from "../check.ts";
import { selfTestKey } from "../message.ts";

/** What a round trip within a region stays far below. */
const SLOW_MS = 1500;

/** Writes a small file, reads it back and deletes it. */
export async function checkFiles({ files }: Platform): Promise<Finding> {
  const id = newId("file");
  const written = new TextEncoder().encode(id);
  const beganMs = performance.now();
  await files.put(selfTestKey(id), written);
  const read = await files.get(selfTestKey(id));
  await files.delete(selfTestKey(id));
  const tookMs = Math.round(performance.now() - beganMs);
  if (read === null || new TextDecoder().decode(read) !== id) {
    return broken(
      `${files.name} gives back something else than was written`,
      "Check the bucket, and that no lifecycle rule or other program deletes what is in it.",
    );
  }
  const detail = `${files.name}: written, read and deleted in ${tookMs} ms`;
  return tookMs <= SLOW_MS
    ? ok(detail)
    : slow(detail, "The bucket is far away: create it in the region of the service.");
}
