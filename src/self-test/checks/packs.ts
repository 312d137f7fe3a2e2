/** Check of the default model's files where they are stored, past all caches. */
import { sha256Of } from "../../crypto/digest.ts";
import { packBlobs } from "../../model/pack/manifest.ts";
import type { Platform } from "../../platform/platform.ts";
import { broken, type Finding, ok, slow } from "../check.ts";
import { megabytes } from "./model.ts";

/** Reads each file of the default model, one at a time, and compares its SHA-256 with the manifest's. */
export async function checkPacks(
  { models, inspection }: Platform,
  signal: AbortSignal,
): Promise<Finding> {
  const { manifest } = await models.find();
  const { packSource } = inspection;
  const blobs = packBlobs(manifest);
  const parts = new Map(manifest.segments.map(({ sha256, name }) => [sha256, name]));
  let readBytes = 0;
  for (const [index, { key, sha256 }] of blobs.entries()) {
    if (signal.aborted) {
      return slow(
        `${index} of ${blobs.length} files of ${manifest.id} could be read in time, those are whole`,
        "Reading packs takes long: is the bucket in the region of the service?",
      );
    }
    const bytes = await packSource.get(key);
    const part = `${parts.get(sha256) ?? "a program"} of ${manifest.id} (${key})`;
    if (bytes === null) return damaged(`${part} is missing in ${packSource.name}`, manifest.id);
    if ((await sha256Of(bytes)) !== sha256) {
      return damaged(`${part} does not match its SHA-256 in ${packSource.name}`, manifest.id);
    }
    readBytes += bytes.length;
  }
  return ok(
    `all ${blobs.length} files of ${manifest.id} in ${packSource.name} are whole (${megabytes(readBytes)})`,
  );
}

function damaged(what: string, id: string): Finding {
  return broken(
    what,
    `Install the pack again: 'undertone pack install <dir of ${id}>'. Until then, instances that have not cached it fail.`,
  );
}
