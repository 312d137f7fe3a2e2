/** One computation in its turn: once it may run and has its memory, with an account of what it took. */
import { breathe } from "../../breathe.ts";
import type { Backend } from "../backend/backend.ts";
import type { Account } from "./account.ts";
import type { AllowedWeights, Turn } from "./computation.ts";
import type { MemoryNeeds } from "./memory/plan.ts";
import type { ComputationRoom } from "./memory/room.ts";
import { notingBackends, type ProgramSessions } from "./programs.ts";
import type { ComputationQueue } from "./queue.ts";
import { requestAborted } from "./semaphore.ts";
import { createStopwatch } from "./stopwatch.ts";

/** What the computations of one pack share. */
export interface TurnParts {
  readonly backend: Pick<Backend, "heapBytes">;
  readonly queue: ComputationQueue;
  /** For the heap, the weights and the buffers of a computation. */
  readonly room: ComputationRoom;
  readonly weights: Pick<AllowedWeights, "peakBytes" | "heldBytes" | "readBytes">;
  readonly sessions: ProgramSessions;
}

/**
 * Does what `work` says in its turn, once there is memory for it.
 * @throws UndertoneError `queue-full`, `overloaded`, `request-aborted`, and what `work` throws
 */
export function runInTurn<Result extends object>(
  { backend, queue, room, weights, sessions }: TurnParts,
  needs: MemoryNeeds,
  signal: AbortSignal | undefined,
  work: (turn: Turn) => Promise<Result>,
): Promise<Result & Account> {
  const askedMs = performance.now();
  return queue.run(room.weights, signal, () =>
    room.run(needs, signal, async () => {
      const stopwatch = createStopwatch();
      stopwatch.add("queueMs", performance.now() - askedMs);
      const backends = new Set<string>();
      const result = await work({
        programs: notingBackends(sessions, backends),
        stopwatch,
        breathe: () => letEventLoopRun(signal),
      });
      return {
        ...result,
        backend: [...backends].join("+"),
        timings: stopwatch.totals,
        memory: {
          wasmHeapBytes: backend.heapBytes(),
          heldBufferBytes: weights.peakBytes() + needs.bufferBytes,
          residentWeightBytes: weights.heldBytes(),
          readWeightBytes: weights.readBytes(),
        },
      };
    }),
  );
}

/** Lets other requests be answered between blocks; throws once the client has gone away. */
async function letEventLoopRun(signal: AbortSignal | undefined): Promise<void> {
  await breathe();
  if (signal?.aborted) throw requestAborted();
}
