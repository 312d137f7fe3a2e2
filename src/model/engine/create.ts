/** The engine of a pack: checks, the queue, timings and the memory report, the same for every kind of pack. */
import { createLedger } from "../../ledger.ts";
import { RECEPTIVE_FIELD_SAMPLES } from "../framing.ts";
import { requireLength } from "./clip-length.ts";
import type { Run } from "./computation.ts";
import type { Engine, EngineParts, RunOptions } from "./engine.ts";
import { exportedComputation } from "./exported/computation.ts";
import { exportedProgram, requireOffered } from "./exported/outputs.ts";
import { type MemoryNeeds, memoryNeeds, requireFit } from "./memory/plan.ts";
import { computationRoom } from "./memory/room.ts";
import { programSessions } from "./programs.ts";
import { segmentedComputation } from "./segmented.ts";
import type { Taps } from "./taps/taps.ts";
import { runInTurn } from "./turn.ts";
import { windowShape } from "./windows/plan.ts";

/** Creates the engine of one pack; nothing is read before it runs. */
export function createEngine(parts: EngineParts): Engine {
  const { manifest, packDigest, backend, readBlob, queue, limits } = parts;
  const { memoryBudgetBytes } = limits;
  const { ledger = createLedger(memoryBudgetBytes) } = parts;
  const shape = windowShape(limits.windowSeconds);
  const sessions = programSessions(manifest, readBlob, backend);
  const isExported = exportedProgram(manifest) !== undefined;
  const computation = isExported
    ? exportedComputation(parts, sessions)
    : segmentedComputation(parts);
  const { weights } = computation;
  const room = computationRoom(ledger, backend, weights, manifest);
  const turnParts = { backend, queue, room, weights, sessions };

  const inTurn = <Result extends object>(
    needs: MemoryNeeds,
    taps: Taps,
    { signal, report = () => {} }: RunOptions,
    work: (run: Run) => Promise<Result>,
  ) => runInTurn(turnParts, needs, signal, (turn) => work({ ...turn, taps, report }));

  return {
    manifest,
    packDigest,
    async run(samples, taps, options = {}) {
      requireOffered(manifest, taps);
      requireLength(samples, taps);
      const needs = requireFit(manifest, samples.length, taps, { memoryBudgetBytes, shape });
      const computed = await inTurn(needs, taps, options, (run) =>
        computation.compute(run, samples, options.quiet),
      );
      const { windowFrames } = computed;
      const frames = windowFrames.reduce((sum, count) => sum + count, 0);
      return { ...computed, frames, windows: windowFrames.length };
    },
    async runWindow(input, taps, options = {}) {
      const { length } = input.samples;
      const needs = requireFit(manifest, length, taps, { memoryBudgetBytes, shape });
      return inTurn(needs, taps, options, (run) => computation.computeWindow(run, input));
    },
    async joinHeads(parts, taps, options = {}) {
      const needs = memoryNeeds(manifest, RECEPTIVE_FIELD_SAMPLES, taps, shape);
      const { joined } = await inTurn(needs, taps, options, async (run) => ({
        joined: await computation.joinHeads(run, parts),
      }));
      return joined;
    },
  };
}
