/** Logits of a whole recording, which are held at once when its text is decoded. */
import { UndertoneError } from "../../errors.ts";
import type { Taps } from "../../model/engine/taps/taps.ts";
import { frameCount, HOP_SAMPLES, SAMPLE_RATE_HZ } from "../../model/framing.ts";
import type { LogitsPart } from "../../model/heads/parts.ts";
import { emptyMatrix, type Matrix } from "../../model/matrix.ts";
import { computedWindows, framesOf, type RecordingPlan } from "./plan.ts";

/** The logits, with rows for silence that was left out, and their logarithms of probabilities. */
const COPIES = { whole: 2, withGaps: 3 };
/** What else an isolate holds meanwhile: its heap, and some weights. */
const SHARE = 0.5;

/** Bytes of the logits of a recording while they are decoded; 0 for heads whose windows are sums, or few numbers. */
export function logitsBytes({ head }: Taps, plan: RecordingPlan): number {
  if (head?.kind !== "ctc") return 0;
  const copies = plan.heard === undefined ? COPIES.whole : COPIES.withGaps;
  const frames = framesOf(computedWindows(plan));
  return copies * frames * head.tokenCount * Float32Array.BYTES_PER_ELEMENT;
}

/**
 * Checks before windows are computed that their logits can be joined.
 * @param maxBytes the memory of the isolate
 * @throws UndertoneError `clip-exceeds-memory` with the seconds that fit.
 */
export function requireJoinFits(taps: Taps, plan: RecordingPlan, maxBytes: number): void {
  const bytes = logitsBytes(taps, plan);
  if (bytes <= SHARE * maxBytes) return;
  const seconds = (frameCount(plan.sampleCount) * HOP_SAMPLES) / SAMPLE_RATE_HZ;
  const maxSeconds = Math.floor((seconds * SHARE * maxBytes) / bytes);
  throw new UndertoneError(
    "clip-exceeds-memory",
    `The recording's logits need more memory than this instance has when its text is decoded: with this model ${maxSeconds} s fit. Send it in parts, by start and end.`,
    { maxSeconds },
  );
}

/** Fills in the rows of windows one after the other, so that no more than one of them is held twice. */
export function createRows(frames: number, columns: number) {
  const matrix: Matrix = emptyMatrix(frames, columns);
  let row = 0;
  return {
    matrix,
    add({ logits, keepFirst, keepCount }: LogitsPart): void {
      const kept = logits.data.subarray(keepFirst * columns, (keepFirst + keepCount) * columns);
      matrix.data.set(kept, row * columns);
      row += keepCount;
    },
  };
}
