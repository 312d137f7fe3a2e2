/** The calls of one clip: each addressed, tried again once a clip if a stage is lost, and its time and memory noted. */
import type { Account } from "../engine/account.ts";
import { createStopwatch } from "../engine/stopwatch.ts";
import type { InstalledPack } from "../pack/registry.ts";
import { callStage, type StageLink, type StageListener, StageLost } from "./call.ts";
import {
  type Done,
  type HeadEndOrder,
  type HeadOrder,
  PROTOCOL,
  type WindowOrder,
} from "./protocol/messages.ts";
import { unreachable } from "./refusals.ts";

/** Stages, and what they are called with. */
export interface Stages {
  /** In their order; the first has the frontend. */
  readonly links: readonly StageLink[];
  /** Stands for the code that computes; stages of other code refuse. */
  readonly engineDigest: string;
  /** What each of them has for heap, weights and buffers. */
  readonly memoryBudgetBytes: number;
  /** Told of a stage that was lost in the middle of a clip. */
  readonly reportLost: (stage: number, error: Error) => void;
}

/** What a stage is to compute. */
export type Task =
  | Pick<WindowOrder, "kind" | "frames" | "moments" | "wants">
  | Pick<HeadOrder, "kind" | "frames" | "keepFirst" | "keepCount">
  | Pick<HeadEndOrder, "kind" | "channels">;

/** Calls stages for one clip. */
export interface StageCaller {
  /**
   * Has a stage compute a task. If it is lost it is asked again, from the beginning, so that `listener` may be told twice.
   * @throws UndertoneError what the stage throws, `stage-unreachable` if the clip lost a stage before, `request-aborted`
   */
  call(
    stage: number,
    task: Task,
    numbers: readonly Float32Array[],
    listener: StageListener,
  ): Promise<void>;
  /**
   * Of all calls: the time of each kind of work together, the heap and buffers of the stage that took most, and the weights
   * that all of them keep and have read.
   */
  totals(): Account;
}

/** A clip may lose one stage. */
const MAX_LOSSES = 1;

/** Begins the calls of one clip, which has waited `queueMs` for its turn. */
export function createStageCaller(
  { manifest, packDigest }: InstalledPack,
  { links, engineDigest, reportLost }: Stages,
  signal: AbortSignal | undefined,
  queueMs = 0,
): StageCaller {
  const stages = links.length;
  const stopwatch = createStopwatch();
  stopwatch.add("queueMs", queueMs);
  const backends = new Set<string>();
  const memory = createMemoryOfStages();
  let losses = 0;

  const note = (stage: number, done: Done): void => {
    backends.add(done.backend);
    for (const work of ["modelLoadMs", "frontendMs", "layersMs"] as const) {
      stopwatch.add(work, done.timings[work]);
    }
    memory.note(stage, done.memory);
  };

  return {
    async call(stage, task, numbers, listener) {
      const pack = { id: manifest.id, digest: packDigest };
      const order = { protocol: PROTOCOL, engineDigest, stage, stages, pack, ...task } as const;
      for (;;) {
        try {
          return note(stage, await callStage(links[stage - 1], order, numbers, listener, signal));
        } catch (error) {
          if (!(error instanceof StageLost)) throw error;
          reportLost(stage, error);
          if (++losses > MAX_LOSSES) throw unreachable({ stage, stages }, losses, error);
        }
      }
    },
    totals: () => ({
      backend: [...backends].join("+"),
      timings: stopwatch.totals,
      memory: memory.together(),
    }),
  };
}

/** Puts the memory of several stages together: each has its own, but weights count as those of one engine. */
function createMemoryOfStages() {
  const residentBytes = new Map<number, number>();
  let largest = { wasmHeapBytes: 0, heldBufferBytes: 0 };
  let readWeightBytes = 0;
  return {
    note(stage: number, { residentWeightBytes, ...memory }: Done["memory"]): void {
      residentBytes.set(stage, residentWeightBytes);
      readWeightBytes += memory.readWeightBytes;
      if (sizeOf(memory) > sizeOf(largest)) largest = memory;
    },
    together(): Done["memory"] {
      const residentWeightBytes = [...residentBytes.values()].reduce(
        (sum, bytes) => sum + bytes,
        0,
      );
      return { ...largest, residentWeightBytes, readWeightBytes };
    },
  };
}

function sizeOf(memory: { readonly wasmHeapBytes: number; readonly heldBufferBytes: number }) {
  return memory.wasmHeapBytes + memory.heldBufferBytes;
}
