/** The options of a job or batch: what to compute, and what happens at the end. */
import type { z } from "@hono/zod-openapi";
import type { ClipSelection } from "../../audio/clip.ts";
import type { JobOptions } from "../../jobs/job.ts";
import type { ClipSource } from "../../jobs/submit.ts";
import type { JobTask } from "../../jobs/tasks/job-task.ts";
import { JOB_TASKS, taskOf } from "../../jobs/tasks/tasks.ts";
import { checkUrl } from "../../outbound/check-url.ts";
import type { Platform } from "../../platform/platform.ts";
import { taskNameOf } from "../../tasks/names.ts";
import { invalidOption, optionError } from "../../tasks/options/errors.ts";
import { EndOptionsSchema } from "./schema.ts";

/** Options as they were given, by name; every value is text. */
export type GivenOptions = Readonly<Record<string, unknown>>;

/** The body of a request for a job. */
export interface JobBody {
  readonly source: ClipSource;
  readonly given: GivenOptions;
}

/** Options of a job, checked. */
export interface AskedOptions {
  /** The task and its options, as text; without `model` if it was not given. */
  readonly options: JobOptions;
  readonly metadata: unknown;
  readonly callbackUrl: string | null;
}

const MAX_METADATA_BYTES = 4096;
/**
 * Joins options from the query with those of a body, and checks all but whether they fit the model.
 * @throws UndertoneError `unknown-option`, `invalid-option` (also where both give one option different values),
 *   `url-not-allowed` for the callback.
 */
export function readJobOptions(
  platform: Platform,
  query: GivenOptions,
  body: GivenOptions,
): AskedOptions {
  for (const [name, value] of Object.entries(body)) {
    if (name in query && query[name] !== value) {
      throw invalidOption(name, "has one value in the query and another in the body");
    }
  }
  const given = { ...body, ...query };
  const task = JOB_TASKS[taskNameOf(given)];
  const { callback_url, metadata } = parseGiven(given, task);
  if (callback_url !== undefined) checkUrl(callback_url, platform.urlRules);
  const options = Object.fromEntries(
    Object.entries(given).filter(([name]) => name === "task" || name in task.options.shape),
  ) as JobOptions;
  return { options, metadata: parseMetadata(metadata), callbackUrl: callback_url ?? null };
}

function parseGiven(given: GivenOptions, task: JobTask): z.output<typeof EndOptionsSchema> {
  const schema = EndOptionsSchema.extend(task.options.shape);
  const parsed = schema.safeParse(given);
  if (!parsed.success) throw optionError(parsed.error, schema);
  return parsed.data;
}

function parseMetadata(text: string | undefined): unknown {
  if (text === undefined) return null;
  if (new TextEncoder().encode(text).length > MAX_METADATA_BYTES) {
    throw invalidOption("metadata", `has to have at most ${MAX_METADATA_BYTES} bytes`);
  }
  try {
    return JSON.parse(text);
  } catch {
    throw invalidOption("metadata", "has to be JSON");
  }
}

/** Options that fit a model, and what they say of clips. */
export interface FittedOptions {
  readonly options: JobOptions;
  /** The part of each clip that is used. */
  readonly selection: ClipSelection;
}

/**
 * Holds options against the model they name, or the default one, and writes its id down: a job computes with the model
 * there was when it was asked for.
 * @throws UndertoneError `unknown-model`, `no-pack-installed`, and what the task's `read` and `plan` throw.
 */
export async function fitToModel(
  { models }: Platform,
  options: JobOptions,
): Promise<FittedOptions> {
  const task = taskOf(options);
  const { model, selection } = task.read(options);
  const pack = await models.find(model);
  await task.plan(pack, options, models);
  return { options: { ...options, model: pack.manifest.id }, selection };
}
