/** The options of a job or batch: what to compute, and what happens at the end. */
import type { z } from "@hono/zod-openapi";
import type { JobOptions } from "../../jobs/job.ts";
import { parseJobOptions } from "../../jobs/work/features.ts";
import { checkUrl } from "../../outbound/check-url.ts";
import type { Platform } from "../../platform/platform.ts";
import { planWritten } from "../../tasks/features/plan.ts";
import { invalidOption, optionError } from "../../tasks/options/errors.ts";
import type { RequestOptions } from "../../tasks/options/request.ts";
import { FeatureOptionsSchema } from "../../tasks/options/schema.ts";
import { JobOptionsSchema } from "./schema.ts";

/** Options as they were given, by name; every value is text. */
export type GivenOptions = Readonly<Record<string, unknown>>;

/** Options of a job, checked. */
export interface AskedOptions {
  /** The options of the computation, as text; without `model` if it was not given. */
  readonly options: JobOptions;
  readonly metadata: unknown;
  readonly callbackUrl: string | null;
}

const MAX_METADATA_BYTES = 4096;
const FEATURE_OPTIONS: readonly string[] = FeatureOptionsSchema.keyof().options;

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
  const { callback_url, metadata } = parseGiven(given);
  if (callback_url !== undefined) checkUrl(callback_url, platform.urlRules);
  const options = Object.fromEntries(
    Object.entries(given).filter(([name]) => FEATURE_OPTIONS.includes(name)),
  ) as JobOptions;
  return { options, metadata: parseMetadata(metadata), callbackUrl: callback_url ?? null };
}

function parseGiven(given: GivenOptions): z.output<typeof JobOptionsSchema> {
  const parsed = JobOptionsSchema.safeParse(given);
  if (!parsed.success) throw optionError(parsed.error, JobOptionsSchema);
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

/**
 * Holds options against the model they name, or the default one, and writes its id down: a job computes with the model
 * there was when it was asked for.
 * @throws UndertoneError `unknown-model`, `no-pack-installed`, and what `planWritten` throws.
 */
export async function fitToModel(
  { models }: Platform,
  options: JobOptions,
): Promise<{ readonly options: JobOptions; readonly request: RequestOptions }> {
  const request = parseJobOptions(options);
  const pack = await models.find(request.model);
  planWritten(pack, request, request.format ?? "json");
  const { manifest } = pack;
  return { options: { ...options, model: manifest.id }, request };
}
