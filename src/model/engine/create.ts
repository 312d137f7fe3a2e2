/** The engine of a pack: checks, the queue, timings and the memory report, the same for every kind of pack. */
import { breathe } from "../../breathe.ts";
import { createLedger } from "../../ledger.ts";
import { frameCount } from "../framing.ts";
import { requireLength } from "./clip-length.ts";
import type { Engine, EngineParts } from "./engine.ts";
import { exportedComputation } from "./exported/computation.ts";
import { exportedProgram, requireOffered } from "./exported/outputs.ts";
import { memoryNeeds, requireFit } from "./memory/plan.ts";
import { computationRoom } from "./memory/room.ts";
import { notingBackends, programSessions } from "./programs.ts";
import { segmentedComputation } from "./segmented.ts";
import { requestAborted } from "./semaphore.ts";
import { createStopwatch } from "./stopwatch.ts";
import { windowShape } from "./windows/plan.ts";

/** Creates the engine of one pack; nothing is read before it runs. */
export function createEngine(parts: EngineParts): Engine {
  const { manifest, packDigest, backend, readBlob, queue, limits } = parts;
  const { memoryBudgetBytes } = limits;
  const { ledger = createLedger(memoryBudgetBytes) } = parts;
  const shape = windowShape(limits.windowSeconds);
  const sessions = programSessions(manifest, readBlob, backend);
  const isExported = exportedProgram(manifest) !== undefined;
  const { weights, compute } = isExported
    ? exportedComputation(parts, sessions)
    : segmentedComputation(parts);
  const room = computationRoom(ledger, backend, weights, manifest);

  return {
    manifest,
    packDigest,
    async run(samples, taps, { signal, report = () => {} } = {}) {
      requireOffered(manifest, taps);
      requireLength(samples, taps);
      requireFit(manifest, samples.length, taps, { memoryBudgetBytes, shape });
      const needs = memoryNeeds(manifest, samples.length, taps, shape);
      const work = async () => {
        const stopwatch = createStopwatch();
        const backends = new Set<string>();
        const computed = await compute({
          ...{ samples, taps, stopwatch, report },
          programs: notingBackends(sessions, backends),
          breathe: () => letEventLoopRun(signal),
        });
        return {
          ...computed,
          frames: frameCount(samples.length),
          backend: [...backends].join("+"),
          timings: stopwatch.totals,
          memory: {
            wasmHeapBytes: backend.heapBytes(),
            heldBufferBytes: weights.peakBytes() + needs.bufferBytes,
            residentWeightBytes: weights.heldBytes(),
            readWeightBytes: weights.readBytes(),
          },
        };
      };
      return queue.run(room.weights, signal, () => room.run(needs, signal, work));
    },
  };
}

/** Lets other requests be answered between blocks; throws once the client has gone away. */
async function letEventLoopRun(signal: AbortSignal | undefined): Promise<void> {
  await breathe();
  if (signal?.aborted) throw requestAborted();
}
