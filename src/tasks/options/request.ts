/** The options of one request, from its query and its form, a job, or the command line. */
import type { z } from "zod";
import type { ClipSelection } from "../../audio/clip.ts";
import type { Dtype, Encoding, Format } from "../../formats/format.ts";
import { DEFAULT_POOL, type Pool } from "../../model/engine/taps/pooling.ts";
import type { FeatureSelection } from "../../model/engine/taps/resolve.ts";
import { DEFAULT_LAYERS } from "../../model/engine/taps/selection.ts";

import { invalidOption, optionError } from "./errors.ts";
import { type ClipOptionsSchema, FeatureOptionsSchema } from "./schema.ts";

/** The options of a computation of features. */
export interface FeatureOptions extends ClipSelection, FeatureSelection {
  readonly pool: Pool;
  readonly skipsSilence?: boolean | undefined;
}

/** Options with their defaults; `format` and `encoding` stay open until Accept has been looked at. */
export interface RequestOptions extends FeatureOptions {
  readonly model: string | undefined;
  readonly format: Format | undefined;
  readonly encoding: Encoding | undefined;
  readonly dtype: Dtype;
}

type GivenOptions = z.output<typeof FeatureOptionsSchema>;

/** Options by name, one text for each; a field of a form may be there several times, or as a file. */
type FormFields = ReadonlyMap<string, readonly unknown[]>;

/**
 * Joins the query's options with the form's.
 * @throws UndertoneError as `joinOptions` does.
 */
export function resolveOptions(query: GivenOptions, fields: FormFields): RequestOptions {
  const given = joinOptions(FeatureOptionsSchema, query, fields);
  return {
    model: given.model,
    layers: given.layers ?? DEFAULT_LAYERS,
    layerWeights: given.layer_weights,
    pool: given.pool ?? DEFAULT_POOL,
    format: given.format,
    encoding: given.encoding,
    dtype: given.dtype ?? "f32",
    skipsSilence: skipsSilence(given),
    ...selectionOf(given),
  };
}

/** The track, channel and part of the clip that options ask for. */
export function selectionOf(given: z.output<typeof ClipOptionsSchema>): ClipSelection {
  return {
    channel: given.channel ?? "mix",
    track: given.track,
    startSeconds: given.start,
    endSeconds: given.end,
  };
}

/** Whether options ask for silence to be left out; not all have it, and diarization takes nothing but the word "false". */
export function skipsSilence(given: object): boolean {
  return (given as { readonly skip_silence?: unknown }).skip_silence === true;
}

/**
 * Joins a query's options with a form's, by a schema that has those of `ClipOptionsSchema` among its own.
 * @throws UndertoneError `unknown-option`, `invalid-option` (also where both give one option different values).
 */
export function joinOptions<Schema extends z.ZodObject<typeof ClipOptionsSchema.shape>>(
  schema: Schema,
  query: Partial<z.output<Schema>>,
  fields: FormFields,
): z.output<Schema> {
  const form = parseFields(schema, fields);
  refuseContradictions(schema, query, form);
  const given = { ...form, ...query };
  const { start = 0, end = Infinity } = given as z.output<typeof ClipOptionsSchema>;
  if (start >= end) throw invalidOption("end", `has to lie after start, which is ${start}`);
  return given;
}

function parseFields<Schema extends z.ZodObject>(
  schema: Schema,
  fields: FormFields,
): z.output<Schema> {
  const values = Object.fromEntries(
    [...fields].map(([name, all]) => [name, all.length === 1 ? all[0] : all]),
  );
  const parsed = schema.safeParse(values);
  if (!parsed.success) throw optionError(parsed.error, schema);
  return parsed.data;
}

function refuseContradictions(
  schema: z.ZodObject,
  query: Readonly<Record<string, unknown>>,
  form: Readonly<Record<string, unknown>>,
): void {
  for (const name of Object.keys(schema.shape)) {
    const [inQuery, inForm] = [query[name], form[name]].map((value) => JSON.stringify(value));
    if (inQuery === undefined || inForm === undefined || inQuery === inForm) continue;
    throw invalidOption(name, "has one value in the query and another in the form. Give it once");
  }
}
