/** A threshold for the cosine of speakers' embeddings, in the names that users see. */
import { z } from "zod";
import type { Threshold } from "../model/heads/head.ts";

export const ThresholdSchema = z
  .object({
    cosine: z.number(),
    equal_error_rate: z.number(),
    target_pairs: z.number().int(),
    non_target_pairs: z.number().int(),
    source: z.string(),
  })
  .describe("Found by undertone calibrate-threshold on the pairs of `source`.");

/** Describes a manifest's threshold. */
export function thresholdMetadata(threshold: Threshold): z.output<typeof ThresholdSchema> {
  return {
    cosine: threshold.cosine,
    equal_error_rate: threshold.equalErrorRate,
    target_pairs: threshold.targetPairs,
    non_target_pairs: threshold.nonTargetPairs,
    source: threshold.source,
  };
}
