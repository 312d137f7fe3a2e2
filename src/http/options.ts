/** The options of one request, from its query and its form. */
import type { z } from "@hono/zod-openapi";
import type { ClipSelection } from "../audio/clip.ts";
import { UndertoneError } from "../errors.ts";
import type { FeatureOptions } from "../featurize.ts";
import { DEFAULT_LAYERS } from "../model/layer-selection.ts";
import { countTaps, featureTaps } from "../model/layers.ts";
import type { PackManifest } from "../model/pack.ts";
import { DEFAULT_POOL } from "../model/pooling.ts";
import type { Dtype, Encoding, Format } from "./formats/format.ts";
import { type ClipOptionsSchema, FeatureOptionsSchema } from "./option-schema.ts";

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

/**
 * Refuses options that came after the file and say what to decode of it, which by then has been done.
 * @param known what the clip was decoded with
 * @throws UndertoneError `invalid-option`.
 */
export function requireKnownBefore(known: ClipSelection, options: ClipSelection): void {
  const names = {
    channel: "channel",
    track: "track",
    startSeconds: "start",
    endSeconds: "end",
  } as const;
  for (const [member, option] of Object.entries(names) as [keyof typeof names, string][]) {
    if (known[member] === options[member]) continue;
    throw invalidOption(
      option,
      "came after the file, which had been decoded by then; send it before the file or in the query",
    );
  }
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

/**
 * Refuses options that `format` cannot carry, before anything is computed.
 * @throws UndertoneError `invalid-option` for an encoding outside JSON, `one-layer-only` for an npy of several layers,
 *   `layer-out-of-range`, `output-unavailable`.
 */
export function requireEncodable(
  options: RequestOptions,
  format: Format,
  model: Pick<PackManifest, "architecture" | "heads" | "programs">,
): void {
  const { encoding } = options;
  if (encoding !== undefined && format !== "json") {
    throw invalidOption("encoding", `is for format json, and the answer would be ${format}`);
  }
  requireOneForNpy(countTaps(featureTaps(model, options)), format);
}

/** @throws UndertoneError `one-layer-only` for an npy of several tensors. */
export function requireOneForNpy(tensorCount: number, format: Format): void {
  if (format !== "npy" || tensorCount === 1) return;
  throw new UndertoneError(
    "one-layer-only",
    `An npy holds one layer, not ${tensorCount}. Ask for one, or for npz or safetensors.`,
    { layers: tensorCount },
  );
}

type Validation = { success: true } | { success: false; error: z.ZodError };

/** A route's hook for queries that do not fit its schema. */
export function refuseOptionsUnlike(schema: z.ZodObject): (result: Validation) => undefined {
  return (result) => {
    if (!result.success) throw optionError(result.error, schema);
  };
}

/** The app's hook for queries of routes that have none of their own. */
export const refuseInvalidOptions = refuseOptionsUnlike(FeatureOptionsSchema);

/** The first thing wrong, as the error that names the option and what it accepts. */
export function optionError(error: z.ZodError, schema: z.ZodObject): UndertoneError {
  const issue = error.issues[0] as z.core.$ZodIssue;
  const option = issue.path.join(".");
  switch (issue.code) {
    case "unrecognized_keys":
      return unknownOption(issue.keys[0] as string, schema);
    case "invalid_value":
      return invalidOption(option, issue.message, issue.values);
    default:
      return invalidOption(option, issue.message);
  }
}

/** The error of a value that an option does not take; `problem` follows the option's name. */
export function invalidOption(
  option: string,
  problem: string,
  accepted?: readonly unknown[],
): UndertoneError {
  return new UndertoneError("invalid-option", `Option \`${option}\` ${problem}.`, {
    option,
    ...(accepted && { accepted }),
  });
}

function unknownOption(option: string, schema: z.ZodObject): UndertoneError {
  const known = Object.keys(schema.shape);
  return new UndertoneError(
    "unknown-option",
    `There is no option \`${option}\`. The options are ${known.join(", ")}.`,
    { option, known },
  );
}
