/** The spans of a clip: decoding, resampling, and what the engine does with it. */
import type { PreparedClip } from "../audio/prepare.ts";
import type { RunOptions } from "../model/engine/engine.ts";
import type { ComputedPart } from "../telemetry/cost.ts";
import type { Telemetry } from "../telemetry/telemetry.ts";
import { type Span, spanning } from "../telemetry/traces/span.ts";

/** The span of a clip that is prepared. */
interface ClipSpan extends Span {
  /**
   * Adds what decoding and resampling took. Both go on by turns while bytes come: their spans have the length of all turns
   * together, one behind the other, and end with the clip's.
   */
  prepared(clip: PreparedClip): void;
}

/** Begins it; `undefined` where nothing is traced. */
export function spanOfClip(telemetry: Telemetry): ClipSpan | undefined {
  const span = telemetry.span()?.child("prepare clip");
  if (span === undefined) return undefined;
  return {
    ...span,
    prepared({ timings, info }) {
      const endMs = performance.now();
      const resampledFromMs = endMs - timings.resampleMs;
      span.add("decode", resampledFromMs - timings.decodeMs, resampledFromMs);
      span.add("resample", resampledFromMs, endMs);
      span.set({
        "undertone.audio.container": info.container,
        "undertone.audio.codec": info.codec,
        "undertone.audio.seconds": info.seconds,
      });
    },
  };
}

/** Computes a clip or a window in a span, below which each segment of the model that says when it is done has its own. */
export function traceComputation<Part extends Omit<ComputedPart, "modelId">>(
  telemetry: Telemetry,
  modelId: string,
  options: RunOptions | undefined,
  run: (options: RunOptions | undefined) => Promise<Part>,
): Promise<Part> {
  const attributes = { "undertone.model": modelId };
  const span = telemetry.span()?.child("compute", "internal", attributes);
  if (span?.context.isSampled !== true) return run(options);
  const computing = async () => {
    const beganMs = performance.now();
    const part = await run({ ...options, report: reportSegments(span, options?.report) });
    const { queueMs, modelLoadMs, frontendMs, layersMs } = part.timings;
    span.add("wait for turn", beganMs, beganMs + queueMs);
    span.set({
      "undertone.model_load_ms": modelLoadMs,
      "undertone.frontend_ms": frontendMs,
      "undertone.layers_ms": layersMs,
      "undertone.read_weight_bytes": part.memory.readWeightBytes,
    });
    return part;
  };
  return telemetry.within(span, () => spanning(span, computing));
}

/** Each segment lasts from the report before it; the first has the frontend, and what was waited for before it. */
function reportSegments(span: Span, report: RunOptions["report"]): RunOptions["report"] {
  let sinceMs = performance.now();
  return (layersDone, layersTotal) => {
    const nowMs = performance.now();
    span.add(`segment ${layersDone} of ${layersTotal}`, sinceMs, nowMs);
    sinceMs = nowMs;
    report?.(layersDone, layersTotal);
  };
}
