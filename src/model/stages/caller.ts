/** The calls of one clip: each addressed, tried again once a clip if a stage is lost, and its time and memory noted. */
import type { EngineResult } from "../engine/engine.ts";
import { createStopwatch } from "../engine/stopwatch.ts";
import type { InstalledPack } from "../pack/registry.ts";
import { callStage, type StageLink, type StageListener, StageLost } from "./call.ts";
import { type Done, type HeadOrder, PROTOCOL, type WindowOrder } from "./protocol/messages.ts";
import { unreachable } from "./refusals.ts";

/** Stages, and what they are called with. */
export interface Stages {
  /** In their order; the first has the frontend. */
  readonly links: readonly StageLink[];
  /** Stands for the code that computes; stages of other code refuse. */
  readonly engineDigest: string;
  /** Told of a stage that was lost in the middle of a clip. */
  readonly reportLost: (stage: number, error: Error) => void;
}

/** What a stage is to compute. */
export type Task =
  | Pick<WindowOrder, "kind" | "frames" | "moments" | "wants">
  | Pick<HeadOrder, "kind" | "frames">;

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
  /** Of all calls: the time of each kind of work together, and the memory of the stage that took most. */
  totals(): Pick<EngineResult, "backend" | "timings" | "memory">;
}

/** A clip may lose one stage. */
const MAX_LOSSES = 1;

/** Begins the calls of one clip. */
export function createStageCaller(
  { manifest, packDigest }: InstalledPack,
  { links, engineDigest, reportLost }: Stages,
  signal: AbortSignal | undefined,
): StageCaller {
  const stages = links.length;
  const stopwatch = createStopwatch();
  const backends = new Set<string>();
  let memory: Done["memory"] = { wasmHeapBytes: 0, heldBufferBytes: 0 };
  let losses = 0;

  const note = (done: Done): void => {
    backends.add(done.backend);
    for (const stage of ["modelLoadMs", "frontendMs", "layersMs"] as const) {
      stopwatch.add(stage, done.timings[stage]);
    }
    if (sumOf(done.memory) > sumOf(memory)) memory = done.memory;
  };

  return {
    async call(stage, task, numbers, listener) {
      const pack = { id: manifest.id, digest: packDigest };
      const order = { protocol: PROTOCOL, engineDigest, stage, stages, pack, ...task } as const;
      for (;;) {
        try {
          return note(await callStage(links[stage - 1], order, numbers, listener, signal));
        } catch (error) {
          if (!(error instanceof StageLost)) throw error;
          reportLost(stage, error);
          if (++losses > MAX_LOSSES) throw unreachable({ stage, stages }, losses, error);
        }
      }
    },
    totals: () => ({ backend: [...backends].join("+"), timings: stopwatch.totals, memory }),
  };
}

function sumOf({ wasmHeapBytes, heldBufferBytes }: Done["memory"]): number {
  return wasmHeapBytes + heldBufferBytes;
}
