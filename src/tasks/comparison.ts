/** True if two clips are of one speaker. */
import type { HeadOf } from "../model/heads/head.ts";
import { cosine } from "../model/heads/vectors.ts";
import { ClipOptionsSchema } from "./options/schema.ts";
import { rounded, type TaskClip } from "./task.ts";
import { thresholdMetadata } from "./threshold.ts";

/** The options of POST /v1/comparisons: those of every clip, for both. */
export const ComparisonOptionsSchema = ClipOptionsSchema;

const CALIBRATE =
  "A threshold belongs to one model, one precision and one kind of recording: find yours with 'undertone calibrate-threshold' on pairs of your own.";

/** Comparison of two speakers: the cosine of their embeddings, and the decision if the pack has a threshold. */
export interface ComparisonAnswer {
  readonly cosine: number;
  readonly threshold: ReturnType<typeof thresholdMetadata> | null;
  readonly same_speaker: boolean | null;
  readonly note: string;
}

/** Compares the speakers of two clips that the head has run on. */
export function compareSpeakers(
  a: TaskClip["result"],
  b: TaskClip["result"],
  { threshold }: HeadOf<"xvector">,
): ComparisonAnswer {
  const [one, other] = [a, b].map(({ head }) => head?.embedding ?? new Float32Array());
  const similarity = cosine(one, other);
  return {
    cosine: rounded(similarity, 6),
    threshold: threshold === undefined ? null : thresholdMetadata(threshold),
    same_speaker: threshold === undefined ? null : similarity >= threshold.cosine,
    note:
      threshold === undefined
        ? `This pack has no threshold. ${CALIBRATE}`
        : `The threshold comes from ${threshold.source}. ${CALIBRATE}`,
  };
}
