/** Runs a pack segment by segment and keeps the hidden states asked for. */
import { UndertoneError } from "../errors.ts";
import type { BackendOutput, SegmentSession } from "./backend/backend.ts";
import { RECEPTIVE_FIELD_SAMPLES, runFrontend } from "./frontend.ts";
import type { Taps } from "./layers.ts";
import type { PackManifest } from "./pack.ts";
import { relativePositionBuckets } from "./position.ts";
import type { SegmentSessions } from "./segments.ts";

/** A row-major matrix: [rows, columns]. */
export interface Matrix {
  readonly rows: number;
  readonly columns: number;
  readonly data: Float32Array;
}

/** What a run computed; only what its taps asked for is there. */
export interface EngineResult {
  readonly frames: number;
  /** By index into hidden_states; each [frames, hiddenSize]. */
  readonly hiddenStates: ReadonlyMap<number, Matrix>;
  readonly lastHiddenState: Matrix | null;
  /** [frames, convDim]: the layer-normed convolution features before their projection. */
  readonly extractFeatures: Matrix | null;
  readonly timings: EngineTimings;
}

/** Milliseconds; `modelLoadMs` is fetching, checking and session creation. */
export interface EngineTimings {
  readonly modelLoadMs: number;
  readonly frontendMs: number;
  readonly layersMs: number;
}

/** A model ready to run. */
export interface Engine {
  readonly manifest: PackManifest;
  /** SHA-256 of the manifest's bytes, in hexadecimal. */
  readonly packDigest: string;
  /**
   * Computes hidden states of mono 16 kHz samples (full scale ±1, already normalised if the pack wants it) and stops
   * after the last segment that `taps` needs.
   * @throws UndertoneError `clip-too-short` under 400 samples; `request-aborted` once `signal` is aborted;
   *   `pack-damaged` if a blob stays damaged after one refetch; `model-memory-exhausted` if the heap cannot grow.
   */
  run(samples: Float32Array, taps: Taps, options?: { signal?: AbortSignal }): Promise<EngineResult>;
}

/** Creates the engine of one pack over its lazily made sessions. */
export function createEngine(
  manifest: PackManifest,
  packDigest: string,
  sessions: SegmentSessions,
): Engine {
  return {
    manifest,
    packDigest,
    run: (samples, taps, options = {}) =>
      runModel(manifest, sessions, samples, taps, options.signal),
  };
}

async function runModel(
  manifest: PackManifest,
  sessions: SegmentSessions,
  samples: Float32Array,
  taps: Taps,
  signal: AbortSignal | undefined,
): Promise<EngineResult> {
  if (samples.length < RECEPTIVE_FIELD_SAMPLES) throw tooShort(samples.length);
  const { architecture } = manifest;
  const stopwatch = createStopwatch();
  const open = (name: string) => stopwatch.time("modelLoadMs", () => sessions.open(name));
  const breathe = () => letEventLoopRun(signal);

  const frontend = await open("frontend");
  const { projected, extractFeatures } = await stopwatch.time("frontendMs", () =>
    runFrontend(frontend, architecture, samples, {
      extractFeatures: taps.extractFeatures,
      between: breathe,
    }),
  );
  const frames = projected.rows;
  const hiddenStates = new Map<number, Matrix>();
  const depth = taps.lastHiddenState ? architecture.layerCount : Math.max(-1, ...taps.hiddenStates);
  let lastHiddenState: Matrix | null = null;
  if (depth >= 0) {
    const positional = await open("positional");
    await breathe();
    const start = await stopwatch.time("layersMs", () =>
      runPositional(positional, projected, manifest),
    );
    let hidden = start.hidden;
    if (taps.hiddenStates.includes(0)) hiddenStates.set(0, matrixOf(hidden));
    for (let index = 0; index < depth; index++) {
      const layer = await open(`layer.${index}`);
      await breathe();
      hidden = await stopwatch.time("layersMs", () => runLayer(layer, hidden, start.table));
      if (taps.hiddenStates.includes(index + 1)) hiddenStates.set(index + 1, matrixOf(hidden));
    }
    if (taps.lastHiddenState) lastHiddenState = matrixOf(await finalNorm(manifest, open, hidden));
  }
  return { frames, hiddenStates, lastHiddenState, extractFeatures, timings: stopwatch.totals };
}

async function runPositional(session: SegmentSession, projected: Matrix, manifest: PackManifest) {
  const { bucketCount, maxBucketDistance } = manifest.architecture;
  const buckets = relativePositionBuckets(projected.rows, bucketCount, maxBucketDistance);
  const result = await session.run(
    {
      projected: {
        type: "float32",
        shape: [projected.rows, projected.columns],
        data: projected.data,
      },
      buckets: { type: "int32", shape: [buckets.length], data: buckets },
    },
    ["hidden", "position_table"],
  );
  return { hidden: result.hidden, table: result.position_table };
}

async function runLayer(session: SegmentSession, hidden: BackendOutput, table: BackendOutput) {
  const inputs = { hidden: asInput(hidden), position_table: asInput(table) };
  return (await session.run(inputs, ["hidden_out"])).hidden_out;
}

/** Stable models end with a layer norm; for post-norm models the last hidden state is the end already. */
async function finalNorm(
  manifest: PackManifest,
  open: (name: string) => Promise<SegmentSession>,
  hidden: BackendOutput,
): Promise<BackendOutput> {
  if (manifest.architecture.layerNormPlacement === "post") return hidden;
  const session = await open("final_norm");
  return (await session.run({ hidden: asInput(hidden) }, ["last_hidden_state"])).last_hidden_state;
}

function asInput(output: BackendOutput) {
  return { type: "float32", ...output } as const;
}

function matrixOf({ shape, data }: BackendOutput): Matrix {
  return { rows: shape[0], columns: shape[1], data };
}

/** Lets other requests be answered between segments, and notices a client that went away. */
async function letEventLoopRun(signal: AbortSignal | undefined): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, 0));
  if (signal?.aborted) {
    throw new UndertoneError(
      "request-aborted",
      "The client closed the request; the computation was stopped.",
    );
  }
}

function createStopwatch() {
  const totals = { modelLoadMs: 0, frontendMs: 0, layersMs: 0 };
  return {
    totals: totals as EngineTimings,
    async time<T>(stage: keyof EngineTimings, work: () => Promise<T>): Promise<T> {
      const start = performance.now();
      try {
        return await work();
      } finally {
        totals[stage] += performance.now() - start;
      }
    },
  };
}

function tooShort(sampleCount: number): UndertoneError {
  return new UndertoneError(
    "clip-too-short",
    `The clip has ${sampleCount} samples at 16 kHz; at least ${RECEPTIVE_FIELD_SAMPLES} (0.025 s) are needed for one frame.`,
    { samples: sampleCount, minimumSamples: RECEPTIVE_FIELD_SAMPLES },
  );
}
