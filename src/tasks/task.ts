/** The contract of tasks: options, plan and answer. HTTP and the command line share it. */
import type { z } from "zod";
import { UndertoneError } from "../errors.ts";
import type { EngineResult } from "../model/engine/engine.ts";
import type { FrameSummary } from "../model/engine/taps/pooling.ts";
import type { Taps } from "../model/engine/taps/taps.ts";
import type { Collected } from "../model/engine/windows/collector.ts";
import type { SpelledModel } from "../model/heads/ctc/lm/guide.ts";
import type { HeadKind, HeadOf } from "../model/heads/head.ts";
import { headOf } from "../model/heads/head.ts";
import type { PackManifest } from "../model/pack/manifest.ts";
import type { ComputedClip } from "../results/computed.ts";
import type { TaskName } from "./names.ts";
import type { ClipOptionsSchema } from "./options/schema.ts";
import type { Voices } from "./voices.ts";

/** Schemas of options that have those of every clip among them. */
export type TaskOptionsSchema = z.ZodObject<typeof ClipOptionsSchema.shape>;

/** A clip that was computed with what `plan` asked for, as a whole or in windows that were joined. */
export interface AnsweredClip extends Omit<ComputedClip, "timings" | "memory"> {
  readonly result: Pick<EngineResult, keyof Collected | "head" | "windowFrames">;
  /** Of joined windows, by the name of a tensor: their frames are not there any more. */
  readonly summaries?: ReadonlyMap<string, FrameSummary>;
  /** Of who speaks in each window, where the task tells speakers apart and the pack names an x-vector pack. */
  readonly voices?: Voices | undefined;
}

/** The same of one run. */
export type TaskClip = ComputedClip & { readonly result: EngineResult };

/** A form other than JSON in which an answer can be written. */
export interface TextForm<Answer> {
  readonly mediaType: string;
  /** True if one file can hold the answers about several clips, each by the clip's name. */
  readonly isJoinable: boolean;
  /** @param clipName the name of the clip's file without its ending */
  write(answer: Answer, clipName: string): string;
}

/** Something that a model does with a clip. */
export interface Task<Schema extends TaskOptionsSchema, Answer> {
  readonly name: TaskName;
  readonly options: Schema;
  /** Forms beside JSON, by the value of option `format`, which the schema has if there are any. */
  readonly texts: Readonly<Record<string, TextForm<Answer>>>;
  /** The kind of head that it needs; null if any model will do. */
  readonly head: HeadKind | null;
  /**
   * What to compute with a model that has the head.
   * @throws UndertoneError `invalid-option` or `layer-out-of-range` for what the model cannot do.
   */
  plan(manifest: PackManifest, options: z.output<Schema>): Taps;
  /** True if the answer needs the pack's language model; tasks without one leave it out. */
  wantsLanguageModel?(manifest: PackManifest, options: z.output<Schema>): boolean;
  /** Of tasks that tell speakers apart: the probability from which on one speaks. */
  speaksFrom?(options: z.output<Schema>): number;
  /** The members of the answer beside the description of model and clip. */
  answer(
    clip: AnsweredClip,
    manifest: PackManifest,
    options: z.output<Schema>,
    languageModel: SpelledModel | null,
  ): Answer | Promise<Answer>;
}

/** The purpose of each kind of head, in words. */
const PURPOSES: Readonly<Record<HeadKind, string>> = {
  xvector: "speaker embeddings (x-vectors)",
  "frame-classification": "speaker diarization (frame classification)",
  ctc: "transcription (CTC)",
  "sequence-classification": "classification",
};

/**
 * A model's head of the kind that is needed.
 * @param having ids of models that have one, as far as they are known
 * @throws UndertoneError `model-without-head` that names those.
 */
export function requireHead<Kind extends HeadKind>(
  manifest: Pick<PackManifest, "id" | "heads">,
  kind: Kind,
  having: readonly string[] = [],
): HeadOf<Kind> {
  const head = headOf(manifest, kind);
  if (head !== undefined) return head;
  const advice =
    having.length > 0
      ? `Installed models that have one: ${having.join(", ")}.`
      : "Build a pack of a checkpoint that has one.";
  throw new UndertoneError(
    "model-without-head",
    `Model '${manifest.id}' has no head for ${PURPOSES[kind]}. ${advice}`,
    { model: manifest.id, head: kind, models: having },
  );
}

/** Seconds of a frame's beginning, in the clip as it was received. */
export function secondsOf(
  frame: number,
  { audio, frameStrideSeconds }: Pick<ComputedClip, "audio" | "frameStrideSeconds">,
): number {
  return rounded((audio.startSeconds ?? 0) + frame * frameStrideSeconds, 4);
}

/** A number with so many decimals at most. */
export function rounded(value: number, decimals: number): number {
  return Number(value.toFixed(decimals));
}
