/** A ready ONNX export → a pack of one segment. */
import type { ExportedModel } from "../checkpoint/exported/model.ts";
import { EXPORTED_INPUT, EXPORTED_NAME } from "../engine/exported/outputs.ts";
import { SAMPLE_RATE_HZ } from "../framing.ts";
import {
  checkPackId,
  encodeManifest,
  PACK_FORMAT_VERSION,
  type PackManifest,
  segmentBlob,
} from "../pack/manifest.ts";
import type { PackTarget } from "./write-pack.ts";

/**
 * The manifest of an export's pack, which is called `<model name>-exported` if no id is given.
 * @throws UndertoneError `pack-unsupported` if the id is not one that requests could name.
 */
export function exportedManifest(model: ExportedModel, id?: string): PackManifest {
  const { file, outputs, config, doNormalize, head, provenance } = model;
  const segment = {
    name: EXPORTED_NAME,
    programs: [EXPORTED_NAME],
    bytes: file.length,
    sha256: provenance.sourceSha256,
  };
  const inputs = [EXPORTED_INPUT];
  const steps = [{ segment: segment.name, inputs, outputs }];
  return {
    formatVersion: PACK_FORMAT_VERSION,
    id: checkPackId(id ?? `${model.name}-exported`),
    weights: "checkpoint",
    precision: "exported",
    calibration: null,
    architecture: config,
    preprocessing: { sampleRateHz: SAMPLE_RATE_HZ, doNormalize },
    programs: [{ name: EXPORTED_NAME, steps, inputs, outputs, weights: [] }],
    segments: [segment],
    heads: head === null ? [] : [head],
    provenance,
  };
}

/** Writes the pack; the manifest comes last, so that a broken-off build leaves no pack behind. */
export async function writeExportedPack(
  { file }: ExportedModel,
  manifest: PackManifest,
  target: PackTarget,
): Promise<void> {
  for (const segment of manifest.segments) {
    await target.put(segmentBlob(segment).key, file);
    target.onSegment?.(segment.name);
  }
  await target.put(target.manifestKey(manifest.id), encodeManifest(manifest));
}
