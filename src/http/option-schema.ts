/** What the options of a request look like; OpenAPI is generated from this. */
import { z } from "@hono/zod-openapi";
import { ACCEPTED_CHANNELS, parseChannel } from "../audio/channel.ts";
import { POOLS } from "../model/pooling.ts";
import { DTYPES, ENCODINGS, FORMATS } from "./formats/format.ts";
import { ACCEPTED_LAYERS, parseLayers } from "./layers-option.ts";

/** What is wrong with an option sent twice, or sent as a file. */
const GIVEN_ONCE = "has to be given once, as text";

/** An option given once. */
export function text() {
  return z.string({ error: GIVEN_ONCE });
}

function oneOf<const Values extends readonly string[]>(values: Values) {
  const accepted = `has to be one of ${values.join(", ")}`;
  return z.enum(values, {
    error: ({ input }) => (typeof input === "string" ? accepted : GIVEN_ONCE),
  });
}

function seconds() {
  return text().transform((decimal, context) => {
    const value = /^\d+(\.\d+)?$/.test(decimal) ? Number(decimal) : Number.NaN;
    if (Number.isFinite(value)) return value;
    context.addIssue({ code: "custom", message: "has to be a number of seconds, such as 1.5" });
    return z.NEVER;
  });
}

/** The options of POST /v1/features, all of them optional; `options.ts` has the defaults. */
export const FeatureOptionsSchema = z.strictObject({
  model: text()
    .min(1, "has to be the id of an installed model; GET /v1/models lists them")
    .optional()
    .describe("The id of an installed model; the default model if left out."),
  layers: text()
    .transform((list, context) => {
      const selection = parseLayers(list);
      if (selection === null)
        context.addIssue({ code: "custom", message: `has to be ${ACCEPTED_LAYERS}` });
      return selection ?? z.NEVER;
    })
    .optional()
    .describe(`Which outputs: ${ACCEPTED_LAYERS}. Default: last.`),
  channel: text()
    .transform((choice, context) => {
      const channel = parseChannel(choice);
      if (channel === null)
        context.addIssue({ code: "custom", message: `has to be ${ACCEPTED_CHANNELS}` });
      return channel ?? z.NEVER;
    })
    .optional()
    .describe(`Which channel of the clip: ${ACCEPTED_CHANNELS}. Default: mix.`),
  start: seconds()
    .optional()
    .describe("Where the part begins that is used, in seconds. Default: 0."),
  end: seconds().optional().describe("Where it ends, in seconds. Default: the clip's end."),
  pool: oneOf(POOLS).optional().describe("How frames are pooled into one vector. Default: none."),
  format: oneOf(FORMATS)
    .optional()
    .describe("How the answer is written; wins over Accept. Default: json."),
  encoding: oneOf(ENCODINGS).optional().describe("How JSON writes numbers. Default: float."),
  dtype: oneOf(DTYPES).optional().describe("The type numbers are stored in. Default: f32."),
});
