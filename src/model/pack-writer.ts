/** A checkpoint → the blobs of a pack and its manifest. */
import type { Checkpoint } from "./checkpoint/checkpoint.ts";
import { buildSegments } from "./graph/segments.ts";
import {
  blobKey,
  checkPackId,
  encodeManifest,
  type PackManifest,
  type Precision,
  type Segment,
  sha256Of,
} from "./pack.ts";

/** What to make of a checkpoint; `id` is `<model name>-<precision>` by default. */
export interface PackOptions {
  readonly precision: Precision;
  readonly id?: string;
}

/** Where a pack goes, and who hears of each finished segment. */
export interface PackTarget {
  put(key: string, bytes: Uint8Array): Promise<void>;
  /** The key of the manifest; `manifest.json` in a pack's own directory. */
  manifestKey(id: string): string;
  onSegment?(name: string): void;
}

/**
 * Writes a pack, one segment in memory at a time; the manifest comes last, so that a broken-off build leaves no pack behind.
 * @throws UndertoneError `pack-unsupported` if the id is not one that requests could name.
 */
export async function writePack(
  checkpoint: Checkpoint,
  options: PackOptions,
  target: PackTarget,
): Promise<PackManifest> {
  const id = checkPackId(options.id ?? `${checkpoint.name}-${options.precision}`);
  const segments: Segment[] = [];
  for await (const { name, inputs, outputs, bytes } of buildSegments(
    checkpoint,
    options.precision,
  )) {
    const sha256 = await sha256Of(bytes);
    await target.put(blobKey(sha256), bytes);
    segments.push({ name, bytes: bytes.length, sha256, inputs, outputs });
    target.onSegment?.(name);
  }
  const manifest: PackManifest = {
    formatVersion: 1,
    id,
    weights: checkpoint.weights,
    precision: options.precision,
    architecture: checkpoint.config,
    preprocessing: { sampleRateHz: 16000, doNormalize: checkpoint.doNormalize },
    segments,
    heads: [],
    provenance: checkpoint.provenance,
  };
  await target.put(target.manifestKey(id), encodeManifest(manifest));
  return manifest;
}
