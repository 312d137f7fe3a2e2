/** The rows of the table: targets and verdicts. */

/** The target of a figure. */
export type Target = { readonly atMost: number } | { readonly atLeast: number };

/** A promise. */
export interface Row {
  readonly id: RowId;
  readonly what: string;
  /** `×` for ratios, `MB` (10⁶ bytes), `ms`, or nothing. */
  readonly unit: "×" | "MB" | "ms" | "";
  /** `null` for figures that are given for comparison only. */
  readonly target: Target | null;
}

/** A figure, and in words what it was made of. */
export interface Quantity {
  readonly value: number;
  readonly detail?: string;
}

/** An experiment's measurement for a row. */
export interface Finding {
  readonly row: RowId;
  readonly measured: Quantity;
  /** The same of the baseline. */
  readonly baseline?: Quantity;
}

const ROW_TABLE = [
  ["time", "time of a 5 s clip in workerd, over the baseline's", "×", { atMost: 0.36 }],
  ["time-node", "the same in Node", "×", { atMost: 0.38 }],
  ["no-vnni", "the same in Node without AVX-VNNI, over Undertone's with it", "×", null],
  ["threads", "speed-up by a second thread, Node, 10 s clip", "×", { atLeast: 1.7 }],
  [
    "native",
    "time of a 10 s clip in Node on one thread, over native onnxruntime's (fp32, one thread)",
    "×",
    { atMost: 1 },
  ],
  [
    "native-int8",
    "time of a 5 s clip in Node on one thread, over native onnxruntime's with int8 linear layers",
    "×",
    null,
  ],
  [
    "native-backend",
    "time of a 5 s clip by the native backend (q8n), over onnxruntime-node's fastest graph",
    "×",
    { atMost: 1.1 },
  ],
  ["native-backend-2", "the same on two threads", "×", { atMost: 1.1 }],
  [
    "health",
    "99th percentile of /healthz while 30 s clips are computed, Node",
    "ms",
    { atMost: 50 },
  ],
  [
    "telemetry",
    "time of a 5 s clip in a Node server with metrics and traces, over that without",
    "×",
    { atMost: 1.01 },
  ],
  ["memory-10s", "peak WASM heap and buffers, 10 s clip, workerd", "MB", { atMost: 80 }],
  ["memory-30s", "the same, 30 s clip", "MB", { atMost: 80 }],
  ["memory-large", "the same, 10 s clip, the large model", "MB", { atMost: 88 }],
  ["linearity", "time per second of audio at 30 s, over that at 5 s", "×", { atMost: 1.25 }],
  ["half-depth", "time up to the middle layer, over all layers", "×", null],
  [
    "cold-start",
    "first answer of a fresh isolate, bytes in the edge cache, over a warm one",
    "×",
    { atMost: 1.15 },
  ],
  [
    "start",
    "processor time of an isolate's start, by `wrangler check startup`",
    "ms",
    { atMost: 350 },
  ],
  ["start-front", "the same of the Worker in front of stages", "ms", { atMost: 350 }],
  ["start-stage", "the same of a stage", "ms", { atMost: 350 }],
  [
    "streaming",
    "time when the budget holds two layers, over all of them resident",
    "×",
    { atMost: 1.15 },
  ],
  [
    "wav2vec2",
    "time of a 5 s clip in workerd, wav2vec 2.0 over WavLM of the same size",
    "×",
    { atMost: 1 },
  ],
  ["pruned", "the same, a pruned WavLM over base-plus", "×", { atMost: 0.5 }],
  [
    "memory-pruned",
    "its peak WASM heap and buffers, 10 s clip, all weights resident",
    "MB",
    { atMost: 96 },
  ],
  [
    "stages",
    "time of a warm 5 s clip on two stages, over one Worker alone; reads at 100 MB/s after 20 ms",
    "×",
    { atMost: 0.8 },
  ],
  ["stages-reads", "weights read for a warm 5 s clip on two stages", "MB", { atMost: 0 }],
  [
    "stages-large",
    "time per second of audio, warm 5 s clip of the large model on five stages, the same store",
    "ms",
    null,
  ],
  ["q8-error", "q8 on golden/mid, last layer: relative L2", "", { atMost: 0.055 }],
  ["q8-standardised", "the same, standardised relative L2", "", { atMost: 0.15 }],
  ["q8-cosine", "the same, worst frame cosine", "", { atLeast: 0.997 }],
  ["q8a-error", "q8a on golden/mid, last layer: relative L2", "", { atMost: 0.02 }],
  ["q8a-standardised", "the same, standardised relative L2", "", { atMost: 0.06 }],
  [
    "fp32-error",
    "fp32 in chunks, all golden inputs: largest difference from transformers",
    "",
    { atMost: 1e-4 },
  ],
] as const;

/** Names of rows, for `--only` and `--skip`. */
export type RowId = (typeof ROW_TABLE)[number][0];

/** Every row in the order of the table. */
export const ROWS: readonly Row[] = ROW_TABLE.map(([id, what, unit, target]) => ({
  id,
  what,
  unit,
  target,
}));

/** Verdict of a figure against its target; none without a target. */
export function verdictOf(target: Target | null, value: number): "pass" | "miss" | "–" {
  if (target === null) return "–";
  const isKept = "atMost" in target ? value <= target.atMost : value >= target.atLeast;
  return isKept ? "pass" : "miss";
}
