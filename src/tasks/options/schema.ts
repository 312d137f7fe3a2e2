/**
 * The options of a request; OpenAPI is generated from these schemas. In queries and forms every option is text, so schemas parse
 * text; `meta` tells OpenAPI what the text stands for.
 */
import { z } from "zod";
import { ACCEPTED_CHANNELS, parseChannel } from "../../audio/clip/channel.ts";
import { DTYPES, ENCODINGS, FORMATS } from "../../formats/format.ts";
import { POOLS } from "../../model/engine/taps/pooling.ts";
import { parseLayerWeights } from "./layer-weights.ts";
import { ACCEPTED_LAYERS, parseLayers } from "./layers.ts";

/** The fault of an option sent twice, or sent as a file. */
const GIVEN_ONCE = "has to be given once, as text";

/** An option given once. */
export function text() {
  return z.string({ error: GIVEN_ONCE });
}

/** One of a few words. */
export function oneOf<const Values extends readonly string[]>(values: Values) {
  const accepted = `has to be one of ${values.join(", ")}`;
  return z.enum(values, {
    error: ({ input }) => (typeof input === "string" ? accepted : GIVEN_ONCE),
  });
}

/** `true` or `false`. */
export function flag() {
  return oneOf(["true", "false"])
    .transform((word) => word === "true")
    .meta({ type: "boolean", enum: undefined });
}

/** A whole number within bounds. */
export function wholeNumber(lowest: number, highest: number) {
  return text()
    .transform((digits, context) => {
      const value = /^\d+$/.test(digits) ? Number(digits) : Number.NaN;
      if (value >= lowest && value <= highest) return value;
      const message = `has to be a whole number from ${lowest} to ${highest}`;
      context.addIssue({ code: "custom", message });
      return z.NEVER;
    })
    .meta({ type: "integer", minimum: lowest, maximum: highest });
}

/** A number from 0 to 1. */
export function probability() {
  return decimal(0, 1);
}

/** A number within bounds, such as 0.5. */
export function decimal(lowest: number, highest: number) {
  return text()
    .transform((digits, context) => {
      const value = /^\d*\.?\d+$/.test(digits) ? Number(digits) : Number.NaN;
      if (value >= lowest && value <= highest) return value;
      const message = `has to be a number from ${lowest} to ${highest}`;
      context.addIssue({ code: "custom", message });
      return z.NEVER;
    })
    .meta({ type: "number", minimum: lowest, maximum: highest });
}

/** Seconds, such as 1.5. */
export function seconds() {
  return text()
    .transform((decimal, context) => {
      const value = /^\d+(\.\d+)?$/.test(decimal) ? Number(decimal) : Number.NaN;
      if (Number.isFinite(value)) return value;
      context.addIssue({ code: "custom", message: "has to be a number of seconds, such as 1.5" });
      return z.NEVER;
    })
    .meta({ type: "number", minimum: 0 });
}

const MOST_TRACK = 999;

/** The options of every request with a clip: model, track, channel and part of the clip. */
export const ClipOptionsSchema = z.strictObject({
  model: text()
    .min(1, "has to be the id of an installed model; GET /v1/models lists them")
    .optional()
    .describe("The id of an installed model. Default: the default model."),
  channel: text()
    .transform((choice, context) => {
      const channel = parseChannel(choice);
      if (channel === null)
        context.addIssue({ code: "custom", message: `has to be ${ACCEPTED_CHANNELS}` });
      return channel ?? z.NEVER;
    })
    .meta({ type: ["string", "integer"] })
    .optional()
    .describe(`The channel to use: ${ACCEPTED_CHANNELS}. Default: mix.`),
  track: wholeNumber(0, MOST_TRACK)
    .optional()
    .describe(
      "The audio track to use of a file with several, from 0. Default: the first that can be decoded.",
    ),
  start: seconds().optional().describe("Start of the part to use, in seconds. Default: 0."),
  end: seconds()
    .optional()
    .describe("End of the part to use, in seconds. Default: the end of the clip."),
});

/** The option of what is computed frame by frame. */
export const SILENCE_OPTION = {
  skip_silence: flag()
    .optional()
    .describe(
      "Whether windows of silence are left out: they are not computed, and the answer is without their frames. Default: false.",
    ),
};

/** The options that choose outputs of the model and their pooling. */
export const LAYER_OPTIONS = {
  layers: text()
    .transform((list, context) => {
      const selection = parseLayers(list);
      if (selection === null)
        context.addIssue({ code: "custom", message: `has to be ${ACCEPTED_LAYERS}` });
      return selection ?? z.NEVER;
    })
    .optional()
    .describe(`The outputs to return: ${ACCEPTED_LAYERS}. Default: last.`),
  layer_weights: text()
    .transform((list, context) => {
      const weights = parseLayerWeights(list);
      if (weights === null)
        context.addIssue({ code: "custom", message: "has to be numbers with commas between" });
      return weights ?? z.NEVER;
    })
    .optional()
    .describe(
      "For layers=weighted: one number for each hidden state, separated by commas; their softmax gives the weights. Default: the model's own weights.",
    ),
};

/** The options of POST /v1/features, all of them optional; `options.ts` has the defaults. */
export const FeatureOptionsSchema = ClipOptionsSchema.extend({
  ...LAYER_OPTIONS,
  ...SILENCE_OPTION,
  pool: oneOf(POOLS).optional().describe("How frames are pooled into one vector. Default: none."),
  format: oneOf(FORMATS)
    .optional()
    .describe("Format of the answer; takes precedence over Accept. Default: json."),
  encoding: oneOf(ENCODINGS)
    .optional()
    .describe("How numbers are written in JSON. Default: float."),
  dtype: oneOf(DTYPES).optional().describe("Number type of the answer. Default: f32."),
});
