/** What a head makes of each window of a clip, and how windows are joined: rows or sums. */
import type { FrameSummary } from "../engine/taps/pooling.ts";
import { mergeSummaries } from "../engine/taps/pooling.ts";
import { emptyMatrix, type Matrix } from "../matrix.ts";
import { matchLabels } from "./match-labels.ts";

/** A window's own rows: those from `keepFirst` on, `keepCount` of them. */
export interface KeptRows {
  readonly keepFirst: number;
  readonly keepCount: number;
}

/** Logits of each frame of a window, its context included where the next window is matched by it. */
export interface LogitsPart extends KeptRows {
  readonly kind: "logits";
  readonly logits: Matrix;
  /** The frame of the clip that the first row is of. */
  readonly firstFrame: number;
}

/** The sums over a window's own frames that pooling heads need. */
export interface SummaryPart {
  readonly kind: "summary";
  readonly summary: FrameSummary;
}

/** What a head makes of one window. */
export type HeadPart = LogitsPart | SummaryPart;

/** Sums over the frames of all windows, in their order. */
export function joinSummaries(parts: readonly HeadPart[]): FrameSummary {
  return parts
    .flatMap((part) => (part.kind === "summary" ? [part.summary] : []))
    .reduce(mergeSummaries);
}

/** The logits [frames, columns] of all windows, each row as its own window has it. */
export function joinLogits(parts: readonly HeadPart[]): Matrix {
  const all = parts.filter((part) => part.kind === "logits");
  const rows = all.reduce((sum, { keepCount }) => sum + keepCount, 0);
  const joined = emptyMatrix(rows, all[0]?.logits.columns ?? 0);
  let row = 0;
  for (const { logits, keepFirst, keepCount } of all) {
    const { columns } = joined;
    const kept = logits.data.subarray(keepFirst * columns, (keepFirst + keepCount) * columns);
    joined.data.set(kept, row * columns);
    row += keepCount;
  }
  return joined;
}

/**
 * The same where labels are speakers, who may change places from window to window: each window's columns are put into the order
 * in which they agree best with the window before, over the frames that both have computed.
 */
export function joinSpeakers(parts: readonly HeadPart[]): Matrix {
  return joinLogits(speakersInOrder(parts).map(({ part }) => part));
}

/** Windows whose columns were put into that order: column i is what was column `order[i]`. */
export function speakersInOrder(
  parts: readonly HeadPart[],
): { readonly part: LogitsPart; readonly order: readonly number[] }[] {
  const matched: { part: LogitsPart; order: readonly number[] }[] = [];
  for (const part of parts) {
    if (part.kind !== "logits") continue;
    const before = matched.at(-1)?.part;
    const order =
      before === undefined ? [...Array(part.logits.columns).keys()] : orderAfter(before, part);
    matched.push({ part: { ...part, logits: inOrder(part.logits, order) }, order });
  }
  return matched;
}

function orderAfter(before: LogitsPart, part: LogitsPart): number[] {
  const common = Math.max(0, before.firstFrame + before.logits.rows - part.firstFrame);
  const end = {
    ...before.logits,
    data: before.logits.data.subarray(
      (part.firstFrame - before.firstFrame) * before.logits.columns,
    ),
    rows: common,
  };
  const start = { ...part.logits, rows: common };
  return matchLabels(end, start);
}

function inOrder({ rows, columns, data }: Matrix, order: readonly number[]): Matrix {
  const ordered = emptyMatrix(rows, columns);
  for (let row = 0; row < rows; row++) {
    for (const [column, from] of order.entries()) {
      ordered.data[row * columns + column] = data[row * columns + from] as number;
    }
  }
  return ordered;
}
