/** The engine of a model that is one ONNX file: nothing of it can be left out, kept or computed in windows. */
import type { ProgramSession } from "../../backend/backend.ts";
import { frameCount } from "../../framing.ts";
import { requireLength } from "../clip-length.ts";
import type { Engine, EngineParts } from "../engine.ts";
import { memoryNeeds, requireFit } from "../memory/plan.ts";
import { programSessions } from "../programs.ts";
import { createStopwatch } from "../stopwatch.ts";
import { requestAborted } from "../turns.ts";
import { windowShape } from "../windows/plan.ts";
import { requireOffered } from "./outputs.ts";
import { runExported } from "./run.ts";

/** What an exported pack's only program is called, and its only segment. */
export const EXPORTED_NAME = "model";

/** Creates the engine of an exported pack; its file is read before the first run, and again after another pack had its turn. */
export function createExportedEngine(parts: EngineParts): Engine {
  const { manifest, packDigest, backend, readBlob, queue, limits } = parts;
  const { memoryBudgetBytes } = limits;
  const shape = windowShape(limits.windowSeconds);
  let session: Promise<ProgramSession> | undefined;

  const open = (): Promise<ProgramSession> => {
    session ??= programSessions(manifest, readBlob, backend).open(EXPORTED_NAME);
    session.catch(forget);
    return session;
  };
  const forget = () => {
    session = undefined;
  };
  const weights = {
    allow() {
      session?.then((opened) => opened.release()).catch(() => {});
      forget();
    },
  };

  return {
    manifest,
    packDigest,
    async run(samples, taps, { signal, report = () => {} } = {}) {
      requireOffered(manifest, taps);
      requireLength(samples, taps);
      requireFit(manifest, samples.length, taps, { memoryBudgetBytes, shape });
      return queue.run(weights, signal, async () => {
        backend.takeUsed?.();
        const stopwatch = createStopwatch();
        const opened = await stopwatch.time("modelLoadMs", open);
        if (signal?.aborted) throw requestAborted();
        const computed = await stopwatch.time("layersMs", () =>
          runExported(opened, manifest, samples, taps),
        );
        report(1, 1);
        const needs = memoryNeeds(manifest, samples.length, taps, shape);
        const memory = {
          wasmHeapBytes: backend.heapBytes(),
          heldBufferBytes: needs.bufferBytes,
        };
        const frames = frameCount(samples.length);
        return {
          ...computed,
          frames,
          windows: 1,
          backend: (backend.takeUsed?.() ?? [backend.name]).join("+"),
          timings: stopwatch.totals,
          memory,
        };
      });
    },
  };
}
