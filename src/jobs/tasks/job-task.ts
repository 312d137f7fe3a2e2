/** The contract of tasks as jobs run them: options as text, clips as bytes, results that are kept. */
import type { z } from "zod";
import type { ClipSelection } from "../../audio/clip.ts";
import type { PreparedClip } from "../../audio/prepare.ts";
import type { Engine, RunOptions } from "../../model/engine/engine.ts";
import type { Taps } from "../../model/engine/taps/taps.ts";
import type { FrameSpan } from "../../model/engine/windows/quiet.ts";
import type { InstalledPack, ModelRegistry } from "../../model/pack/registry.ts";
import type { ModelStamp } from "../../results/computed.ts";
import type { StoredResult } from "../../results/results.ts";
import type { SpreadResult } from "../../results/spread.ts";
import { joinOptions } from "../../tasks/options/request.ts";
import type { AnsweredClip, TaskOptionsSchema } from "../../tasks/task.ts";
import type { JobOptions } from "../job.ts";
import type { RecordedVoices } from "../recording/voices.ts";

/** A task of jobs. */
export interface JobTask {
  /** Those of its endpoint. */
  readonly options: TaskOptionsSchema;
  /** True if it takes two clips, `a` and `b`. */
  readonly isOfPairs: boolean;
  /**
   * The model that options name, and the part of each clip that is used.
   * @throws UndertoneError `unknown-option`, `invalid-option`.
   */
  read(options: JobOptions): {
    readonly model: string | undefined;
    readonly selection: ClipSelection;
  };
  /** @throws UndertoneError `model-without-head`, and what the options and the model do not allow together. */
  plan(
    pack: InstalledPack,
    options: JobOptions,
    models: Pick<ModelRegistry, "list" | "readLanguageModel" | "openXVectors">,
  ): Promise<PlannedTask>;
  /**
   * A result in the format that the options ask for.
   * @throws UndertoneError for options that no such result can be written with.
   */
  write(result: StoredResult | SpreadResult, options: JobOptions, clipName: string): WrittenAnswer;
}

/** A task held against a pack. */
export interface PlannedTask {
  /** The key of the result of clips with these SHA-256, for windows of a length. */
  keyOf(
    clipSha256s: readonly string[],
    limits: { readonly windowSeconds: number },
  ): Promise<string>;
  /** @throws UndertoneError for every fault of the clips; `request-aborted` once the run's signal is aborted. */
  compute(clips: ClipsOfTask, engine: Engine, run: RunOptions): Promise<StoredResult>;
  /** How it is computed window by window; `null` if it takes its clips as a whole. */
  readonly recorded: RecordedTask | null;
}

/** A task of a long clip. */
export interface RecordedTask {
  readonly taps: Taps;
  /** Windows of silence are left out. */
  readonly skipsSilence: boolean;
  /** What is kept of each window: `frames` are the result themselves, the others are joined. */
  readonly keeps: "frames" | "summaries" | "head";
  /** How the voices of each window are computed, where speakers are told apart by an x-vector pack. */
  readonly voices?: RecordedVoices | null;
  /** The result of joined windows; of frames, what its header says. */
  finish(clip: AnsweredClip, engine: Engine): Promise<StoredResult>;
}

/** The clips of a job: decoded, one after the other, when they are needed. */
export type ClipsOfTask = readonly (() => Promise<PreparedClip>)[];

/** A result as it is sent or kept. */
export interface WrittenAnswer {
  /** The name of its format, which ends the names of files. */
  readonly format: string;
  readonly mediaType: string;
  readonly parts: Iterable<Uint8Array> | AsyncIterable<Uint8Array>;
  /** The pack and the backend that computed it. */
  readonly stamp: {
    readonly model: ModelStamp;
    readonly backend: string;
    readonly silent?: readonly FrameSpan[] | undefined;
  };
}

/**
 * Reads the options of a job, which are written as in a query, by a task's schema.
 * @throws UndertoneError `unknown-option`, `invalid-option`.
 */
export function parseOptions<Schema extends TaskOptionsSchema>(
  schema: Schema,
  { task: _, ...options }: JobOptions,
): z.output<Schema> {
  const fields = Object.entries(options).map(([name, value]) => [name, [value]] as const);
  return joinOptions(schema, {}, new Map(fields));
}
