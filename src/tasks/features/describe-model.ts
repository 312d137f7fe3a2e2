/** What answers say of the model that made them. */
import { HOP_SAMPLES } from "../../model/framing.ts";
import type { InstalledPack } from "../../model/pack/registry.ts";
import type { ComputedClip } from "../../results/computed.ts";

/** The parts of a description that are a model's. */
export function describeModel({
  manifest,
  packDigest,
}: InstalledPack): Pick<ComputedClip, "model" | "frameStrideSeconds"> {
  const { id, precision, weights, preprocessing } = manifest;
  return {
    model: { id, precision, packDigest, weights },
    frameStrideSeconds: HOP_SAMPLES / preprocessing.sampleRateHz,
  };
}
