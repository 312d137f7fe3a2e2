/** What one request or message costs, filled in by whoever does a part of its work: sums over all of its clips. */

/** Where time goes, in the order in which a clip meets it; `store` is waiting for database, files and queue. */
export const STAGES = [
  "queue",
  "decode",
  "resample",
  "model-load",
  "frontend",
  "layers",
  "store",
] as const;
export type Stage = (typeof STAGES)[number];

/** Stages that wait for something: a clock that stands still during computation measures them all the same. */
export const WAITING_STAGES: readonly Stage[] = ["queue", "model-load", "store"];

/** The account of a decoded clip. */
export interface DecodedClip {
  readonly decodeMs: number;
  readonly resampleMs: number;
  /** Of the audio that the model gets. */
  readonly seconds: number;
}

/** The account of a computed clip, or of a window of one. */
export interface ComputedPart {
  /** The pack. */
  readonly modelId: string;
  readonly timings: {
    readonly queueMs: number;
    readonly modelLoadMs: number;
    readonly frontendMs: number;
    readonly layersMs: number;
  };
  readonly memory: {
    readonly wasmHeapBytes: number;
    readonly heldBufferBytes: number;
    readonly readWeightBytes: number;
  };
}

/** What was spent so far. */
export interface Cost {
  /** Milliseconds. */
  readonly stageMs: Readonly<Record<Stage, number>>;
  /** Of all clips that were decoded. */
  readonly audioSeconds: number;
  /** Clips and windows that were computed. */
  readonly computations: number;
  /** The heap and the buffers of the last computation, and the weights that all of them read; `null` before the first. */
  readonly memory: ComputedPart["memory"] | null;
  /** The pack that computed last; `null` before. */
  readonly modelId: string | null;
  /** True if the answer is a result that was kept. */
  readonly isKept: boolean;
  addDecoded(clip: DecodedClip): void;
  addComputed(part: ComputedPart): void;
  noteKept(): void;
  /** Storage is waited for until the function is called; waits that overlap count once. */
  beginStore(): () => void;
}

/** Begins an account at zero. */
export function createCost(): Cost {
  const stageMs = Object.fromEntries(STAGES.map((stage) => [stage, 0])) as Record<Stage, number>;
  let audioSeconds = 0;
  let computations = 0;
  let memory: ComputedPart["memory"] | null = null;
  let modelId: string | null = null;
  let isKept = false;
  let waits = 0;
  let waitingSinceMs = 0;
  return {
    stageMs,
    get audioSeconds() {
      return audioSeconds;
    },
    get computations() {
      return computations;
    },
    get memory() {
      return memory;
    },
    get modelId() {
      return modelId;
    },
    get isKept() {
      return isKept;
    },
    addDecoded({ decodeMs, resampleMs, seconds }) {
      stageMs.decode += decodeMs;
      stageMs.resample += resampleMs;
      audioSeconds += seconds;
    },
    addComputed({ timings, memory: taken, ...part }) {
      stageMs.queue += timings.queueMs;
      stageMs["model-load"] += timings.modelLoadMs;
      stageMs.frontend += timings.frontendMs;
      stageMs.layers += timings.layersMs;
      computations++;
      // That of the model that was asked for; those that help it come later.
      modelId ??= part.modelId;
      const readWeightBytes = (memory?.readWeightBytes ?? 0) + taken.readWeightBytes;
      memory = { ...taken, readWeightBytes };
    },
    noteKept() {
      isKept = true;
    },
    beginStore() {
      if (waits++ === 0) waitingSinceMs = performance.now();
      return () => {
        if (--waits === 0) stageMs.store += performance.now() - waitingSinceMs;
      };
    },
  };
}
