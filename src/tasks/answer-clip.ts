/** The answer of a task about a clip that is ready to be computed. */
import type { z } from "zod";
import type { PreparedClip } from "../audio/prepare.ts";
import { clipMetadata } from "../formats/metadata.ts";
import type { Engine, RunOptions } from "../model/engine/engine.ts";
import type { Taps } from "../model/engine/taps/taps.ts";
import { computePrepared } from "./features/compute.ts";
import type { Task, TaskClip, TaskOptionsSchema } from "./task.ts";

/** A task held against a model. */
export interface PlannedAnswer<Schema extends TaskOptionsSchema, Answer> {
  readonly task: Task<Schema, Answer>;
  readonly options: z.output<Schema>;
  /** As the task's plan has them. */
  readonly taps: Taps;
}

/**
 * Computes a clip, and gives what was computed and the members of the answer in JSON.
 * @throws UndertoneError what the engine throws.
 */
export async function answerClip<Schema extends TaskOptionsSchema, Answer>(
  { task, options, taps }: PlannedAnswer<Schema, Answer>,
  clip: PreparedClip,
  engine: Engine,
  run: RunOptions = {},
): Promise<{ computed: TaskClip; body: ReturnType<typeof clipMetadata> & Answer }> {
  const computed = await computePrepared(clip, engine, taps, run);
  const answer = task.answer(computed, engine.manifest, options);
  return { computed, body: { ...clipMetadata(computed), ...answer } };
}
