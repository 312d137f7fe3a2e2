/** The answer of a task about a clip that is ready to be computed. */
import type { z } from "zod";
import type { PreparedClip } from "../audio/prepare.ts";
import { clipMetadata } from "../formats/metadata.ts";
import type { LedgerEntry } from "../ledger.ts";
import type { Engine, RunOptions } from "../model/engine/engine.ts";
import type { Taps } from "../model/engine/taps/taps.ts";
import type { SpelledModel } from "../model/heads/ctc/lm/guide.ts";
import type { ReadLanguageModel } from "../model/pack/language-model.ts";
import type { OpenXVectors } from "../model/pack/xvectors.ts";
import { computePrepared } from "./features/compute.ts";
import { skipsSilence } from "./options/request.ts";
import type { AnsweredClip, Task, TaskClip, TaskOptionsSchema } from "./task.ts";
import { type Voices, voicesOfClip } from "./voices.ts";

/** A task held against a model. */
export interface PlannedAnswer<Schema extends TaskOptionsSchema, Answer> {
  readonly task: Task<Schema, Answer>;
  readonly options: z.output<Schema>;
  /** As the task's plan has them. */
  readonly taps: Taps;
}

/** The means to answer: a ready model, the language model of its pack, and the x-vector pack that it names. */
export interface AnswerMeans {
  readonly engine: Engine;
  readonly readLanguageModel: ReadLanguageModel;
  readonly openXVectors: OpenXVectors;
  /** Where the samples of voices are counted. */
  readonly memory?: LedgerEntry | undefined;
}

/**
 * Computes a clip, and gives what was computed and the members of the answer in JSON.
 * @throws UndertoneError what the engine, the reader of language models and `voicesOfClip` throw.
 */
export async function answerClip<Schema extends TaskOptionsSchema, Answer>(
  planned: PlannedAnswer<Schema, Answer>,
  clip: PreparedClip,
  means: AnswerMeans,
  run: RunOptions = {},
): Promise<{ computed: TaskClip; body: ReturnType<typeof clipMetadata> & Answer }> {
  const languageModel = await wantedLanguageModel(planned, means);
  const computed = await computePrepared(clip, means.engine, planned.taps, {
    ...run,
    skipsSilence: skipsSilence(planned.options),
  });
  const voices = await voicesIn(planned, computed, clip, means, run);
  return { computed, body: await bodyOf(planned, { ...computed, voices }, means, languageModel) };
}

/** Of a clip of several windows: their voices, where the task tells speakers apart and the pack names an x-vector pack. */
async function voicesIn<Schema extends TaskOptionsSchema, Answer>(
  { task, options }: PlannedAnswer<Schema, Answer>,
  { windows, result }: TaskClip,
  { samples }: PreparedClip,
  { engine, openXVectors, memory }: AnswerMeans,
  { signal }: RunOptions,
): Promise<Voices | undefined> {
  const threshold = task.speaksFrom?.(options);
  if (threshold === undefined || windows < 2 || result.head === null) return undefined;
  const xvectors = await openXVectors(engine);
  if (xvectors === null) return undefined;
  const { logits } = result.head;
  const { windowFrames } = result;
  return voicesOfClip({ logits, windowFrames }, samples, xvectors, { threshold, memory, signal });
}

/**
 * The members of the answer about a clip that was computed already.
 * @throws UndertoneError what the reader of language models throws.
 */
export async function answerComputed<Schema extends TaskOptionsSchema, Answer>(
  planned: PlannedAnswer<Schema, Answer>,
  computed: AnsweredClip,
  means: AnswerMeans,
): Promise<ReturnType<typeof clipMetadata> & Answer> {
  return bodyOf(planned, computed, means, await wantedLanguageModel(planned, means));
}

async function wantedLanguageModel<Schema extends TaskOptionsSchema, Answer>(
  { task, options }: PlannedAnswer<Schema, Answer>,
  { engine, readLanguageModel }: AnswerMeans,
): Promise<SpelledModel | null> {
  const isWanted = task.wantsLanguageModel?.(engine.manifest, options) ?? false;
  return isWanted ? await readLanguageModel(engine) : null;
}

async function bodyOf<Schema extends TaskOptionsSchema, Answer>(
  { task, options }: PlannedAnswer<Schema, Answer>,
  computed: AnsweredClip,
  { engine }: AnswerMeans,
  languageModel: SpelledModel | null,
): Promise<ReturnType<typeof clipMetadata> & Answer> {
  const answer = await task.answer(computed, engine.manifest, options, languageModel);
  return { ...clipMetadata(computed), ...answer };
}
