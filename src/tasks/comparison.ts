/** True if two clips are of one speaker. */
import { UndertoneError } from "../errors.ts";
import { audioMetadata, modelMetadata } from "../formats/metadata.ts";
import type { HeadOf } from "../model/heads/head.ts";
import { cosine } from "../model/heads/vectors.ts";
import type { ComparisonAnswer } from "./answers.ts";
import { ClipOptionsSchema } from "./options/schema.ts";
import { rounded, type TaskClip } from "./task.ts";
import { thresholdMetadata } from "./threshold.ts";

/** The options of POST /v1/comparisons: those of every clip, for both. */
export const ComparisonOptionsSchema = ClipOptionsSchema;

const CALIBRATE =
  "A threshold belongs to one model, one precision and one kind of recording: find yours with 'undertone calibrate-threshold' on pairs of your own.";

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

/** The names of the clips that are compared. */
export const PAIR = ["a", "b"] as const;
export type PairName = (typeof PAIR)[number];

/** Two computed clips, and the answer without the id of a request. */
export interface ComparedPair {
  readonly one: TaskClip;
  readonly other: TaskClip;
  readonly body: object;
}

/**
 * Computes one clip after the other, and compares them.
 * @throws UndertoneError what `compute` throws, which then says which clip it is about.
 */
export async function comparePair(
  compute: (name: PairName) => Promise<TaskClip>,
  head: HeadOf<"xvector">,
): Promise<ComparedPair> {
  const one = await namingClip("a", compute);
  const other = await namingClip("b", compute);
  const body = {
    model: modelMetadata(one.model),
    a: { audio: audioMetadata(one.audio) },
    b: { audio: audioMetadata(other.audio) },
    ...compareSpeakers(one.result, other.result, head),
  };
  return { one, other, body };
}

/** Says in errors which of the clips they are about. */
async function namingClip<Result>(
  name: PairName,
  work: (name: PairName) => Promise<Result>,
): Promise<Result> {
  try {
    return await work(name);
  } catch (cause) {
    if (!(cause instanceof UndertoneError)) throw cause;
    const extensions = { ...cause.extensions, clip: name };
    throw new UndertoneError(cause.slug, `Clip ${name}: ${cause.message}`, extensions, { cause });
  }
}
