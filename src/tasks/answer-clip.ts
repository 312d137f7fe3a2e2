/** The answer of a task about a clip that is ready to be computed. */
import type { z } from "zod";
import type { PreparedClip } from "../audio/prepare.ts";
import { clipMetadata } from "../formats/metadata.ts";
import type { Engine, RunOptions } from "../model/engine/engine.ts";
import type { Taps } from "../model/engine/taps/taps.ts";
import type { ReadLanguageModel } from "../model/pack/language-model.ts";
import { computePrepared } from "./features/compute.ts";
import type { Task, TaskClip, TaskOptionsSchema } from "./task.ts";

/** A task held against a model. */
export interface PlannedAnswer<Schema extends TaskOptionsSchema, Answer> {
  readonly task: Task<Schema, Answer>;
  readonly options: z.output<Schema>;
  /** As the task's plan has them. */
  readonly taps: Taps;
}

/** The means to answer: a ready model, and the language model of its pack. */
export interface AnswerMeans {
  readonly engine: Engine;
  readonly readLanguageModel: ReadLanguageModel;
}

/**
 * Computes a clip, and gives what was computed and the members of the answer in JSON.
 * @throws UndertoneError what the engine and the reader of language models throw.
 */
export async function answerClip<Schema extends TaskOptionsSchema, Answer>(
  { task, options, taps }: PlannedAnswer<Schema, Answer>,
  clip: PreparedClip,
  { engine, readLanguageModel }: AnswerMeans,
  run: RunOptions = {},
): Promise<{ computed: TaskClip; body: ReturnType<typeof clipMetadata> & Answer }> {
  const { manifest } = engine;
  const isWanted = task.wantsLanguageModel?.(manifest, options) ?? false;
  const languageModel = isWanted ? await readLanguageModel(engine) : null;
  const computed = await computePrepared(clip, engine, taps, run);
  const answer = await task.answer(computed, manifest, options, languageModel);
  return { computed, body: { ...clipMetadata(computed), ...answer } };
}
