/** The headers of answers about clips. */
import type { ComputedClip, ModelStamp } from "../featurize.ts";
import { serverTiming } from "./server-timing.ts";

/** For the description of routes. */
export const ANSWER_HEADERS = headersOf({
  "X-Request-Id": "The request's own id, or a new one.",
  "Server-Timing": "Milliseconds of each stage, where the runtime's clock can tell.",
  "X-Undertone-Model": "The id of the model.",
  "X-Undertone-Precision": "The precision of its weights.",
  "X-Undertone-Pack-Digest": "SHA-256 of the pack's manifest.",
  "X-Undertone-Weights": "checkpoint or synthetic; what synthetic weights give means nothing.",
});

/** Which pack made an answer, and how long that took, as far as the runtime's clock can tell. */
export function answerHeaders(
  { model, timings }: Pick<ComputedClip, "model" | "timings">,
  clockAdvances: boolean,
): Record<string, string> {
  return { "Server-Timing": serverTiming(timings, clockAdvances), ...modelHeaders(model) };
}

/** Which pack made an answer. */
export function modelHeaders(model: ModelStamp): Record<string, string> {
  return {
    "X-Undertone-Model": model.id,
    "X-Undertone-Precision": model.precision,
    "X-Undertone-Pack-Digest": model.packDigest,
    "X-Undertone-Weights": model.weights,
  };
}

/** Describes headers of text. */
export function headersOf(descriptions: Readonly<Record<string, string>>) {
  return Object.fromEntries(
    Object.entries(descriptions).map(([name, description]) => [
      name,
      { description, schema: { type: "string" as const } },
    ]),
  );
}
