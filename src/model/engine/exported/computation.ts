/** Computes clips with a model that is one ONNX file: always whole, with all of its layers. */
import { UndertoneError } from "../../../errors.ts";
import { frameCount } from "../../framing.ts";
import type { Computation } from "../computation.ts";
import type { EngineParts } from "../engine.ts";
import type { ProgramSessions } from "../programs.ts";
import { EXPORTED_NAME } from "./outputs.ts";
import { runExported } from "./run.ts";

/** Prepares the computation of an exported pack; its file is read at the first run, and again after another pack's turn. */
export function exportedComputation(
  { manifest }: EngineParts,
  sessions: ProgramSessions,
): Computation {
  return {
    // Its weights are in the session, which is in the heap.
    weights: {
      release: () => sessions.release(),
      allow() {},
      peakBytes: () => 0,
      heldBytes: () => 0,
      spareBytes: () => 0,
      readBytes: () => 0,
    },
    async compute({ taps, programs, stopwatch, report, breathe }, samples) {
      const session = await stopwatch.time("modelLoadMs", () => programs.open(EXPORTED_NAME));
      await breathe();
      const computed = await stopwatch.time("layersMs", () =>
        runExported(session, manifest, samples, taps),
      );
      report(1, 1);
      return { ...computed, windowFrames: [frameCount(samples.length)], silent: [] };
    },
    computeWindow: takesWholeClips,
    joinHeads: takesWholeClips,
  };
}

async function takesWholeClips(): Promise<never> {
  throw new UndertoneError(
    "output-unavailable",
    "This model is one ONNX file, which takes clips as a whole and no windows of them. Use a model that was built from its weights.",
  );
}
