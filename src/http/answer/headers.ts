/** The headers of answers about clips. */
import type { FrameSpan } from "../../model/engine/windows/quiet.ts";
import type { ComputedClip } from "../../results/computed.ts";

/** For the description of routes. */
export const ANSWER_HEADERS = headersOf({
  "X-Request-Id": "The request's own id, or a new one.",
  "Server-Timing":
    "Milliseconds of each stage, where the runtime's clock can tell, and of the whole; `isolate;desc=cold` if an isolate was started for it, and the bytes of weights that were not in memory.",
  "X-Undertone-Region": "The region that computed it, where the service has a name for it.",
  "X-Undertone-Colo": "Cloudflare's data centre that the request came in by.",
  "X-Undertone-Model": "The id of the model.",
  "X-Undertone-Precision": "The precision of its weights.",
  "X-Undertone-Pack-Digest": "SHA-256 of the pack's manifest.",
  "X-Undertone-Weights": "checkpoint or synthetic; what synthetic weights give means nothing.",
  "X-Undertone-Backend":
    "What computed it: wasm, webgpu, native or cuda; two with + between if both did, as where a GPU was lost; none for silence that was left out.",
  "X-Undertone-Silent":
    "With skip_silence, of features: the frames that were left out, as first-end of each span, the end not among them.",
});

/** Headers that name the pack and the backend of an answer. */
export function stampHeaders({
  model,
  backend,
  silent,
}: Pick<ComputedClip, "model" | "backend" | "silent">): Record<string, string> {
  return {
    "X-Undertone-Model": model.id,
    "X-Undertone-Precision": model.precision,
    "X-Undertone-Pack-Digest": model.packDigest,
    "X-Undertone-Weights": model.weights,
    "X-Undertone-Backend": backend,
    ...(silent && silentHeader(silent)),
  };
}

/** Clients read headers of 8 KB at least; of more spans than fit, JSON and the metadata of files tell. */
const MOST_SILENT_CHARACTERS = 4096;

function silentHeader(silent: readonly FrameSpan[]): Record<string, string> {
  const spans = silent.map(({ firstFrame, frames }) => `${firstFrame}-${firstFrame + frames}`);
  const text = spans.join(", ");
  return text.length > MOST_SILENT_CHARACTERS ? {} : { "X-Undertone-Silent": text };
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
