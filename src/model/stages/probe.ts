/** A test of the engines of all stages, as one engine. */
import type { EngineProbe, ProbeEngine } from "../probe/engine-probe.ts";
import { callStage, StageLost } from "./call.ts";
import type { Stages } from "./caller.ts";
import { PROTOCOL } from "./protocol/messages.ts";
import { unreachable } from "./refusals.ts";

/** Nothing comes before the end of a probe. */
const NOBODY = { layer() {}, matrix() {} };

/**
 * Prepares a probe of every stage, one after the other; what it finds is the worst of each.
 * The probe throws UndertoneError `stage-unreachable`, `stage-mismatch`, and what `ProbeEngine` throws.
 */
export function stagesProbe({ links, engineDigest }: Stages): ProbeEngine {
  const stages = links.length;
  const probeStage = async (stage: number, signal?: AbortSignal): Promise<EngineProbe> => {
    const order = { protocol: PROTOCOL, engineDigest, stage, stages, kind: "probe" } as const;
    try {
      const { probe } = await callStage(links[stage - 1], order, [], NOBODY, signal);
      return { ...probe, relativeError: probe.relativeError ?? Number.POSITIVE_INFINITY };
    } catch (error) {
      throw error instanceof StageLost ? unreachable({ stage, stages }, 1, error) : error;
    }
  };
  return async (signal) => {
    const probes: EngineProbe[] = [];
    for (const [index] of links.entries()) probes.push(await probeStage(index + 1, signal));
    return worstOf(probes);
  };
}

function worstOf(probes: readonly EngineProbe[]): EngineProbe {
  const heaps = probes.map(({ heap }) => heap);
  const backends = new Set(probes.map(({ backend }) => backend));
  return {
    backend: [...backends].join("+"),
    threads: Math.min(...probes.map(({ threads }) => threads)),
    hasSharedMemory: probes.every(({ hasSharedMemory }) => hasSharedMemory),
    heap: {
      bytes: Math.max(...heaps.map(({ bytes }) => bytes)),
      maxBytes: Math.min(...heaps.map(({ maxBytes }) => maxBytes)),
      isShared: heaps.every(({ isShared }) => isShared),
      usesRelaxedSimd: heaps.every(({ usesRelaxedSimd }) => usesRelaxedSimd),
      usesDotProduct: heaps.every(({ usesDotProduct }) => usesDotProduct),
    },
    relativeError: Math.max(...probes.map(({ relativeError }) => relativeError)),
  };
}
