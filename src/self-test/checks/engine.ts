/** Checks of the engine: known numbers, the heap, and what the processor and the runtime offer. */
import type { EngineProbe } from "../../model/probe/engine-probe.ts";
import { PROBE_TOLERANCE } from "../../model/probe/engine-probe.ts";
import { broken, type Finding, ok, slow } from "../check.ts";

/** Whether a known clip gives its known numbers. */
export function checkNumbers({ relativeError, backend, threads }: EngineProbe): Finding {
  const on = `${backend}, ${threads} ${threads === 1 ? "thread" : "threads"}`;
  if (relativeError <= PROBE_TOLERANCE) {
    return ok(`a known clip has its known numbers within ${percent(relativeError)} (${on})`);
  }
  return broken(
    `a known clip has wrong numbers, off by ${percent(relativeError)} (${on})`,
    "Do not use its results. Report it with the processor and the versions of Node or workerd.",
  );
}

/** Whether memory can be shared between threads, if the engine's is. */
export function checkSharedMemory({ hasSharedMemory, heap }: EngineProbe): Finding {
  const used = heap.isShared ? "the heap is shared" : "the heap is not shared";
  return ok(`${hasSharedMemory ? "available" : "not available"}; ${used}`);
}

/** Whether the kernels are those with relaxed SIMD. */
export function checkRelaxedSimd({ heap }: EngineProbe): Finding {
  return heap.usesRelaxedSimd
    ? ok("available and used")
    : slow(
        "not used",
        "Int8 products take several times as long: use a runtime with relaxed SIMD.",
      );
}

/** Whether the processor has a dot product of bytes. */
export function checkDotProduct({ heap }: EngineProbe): Finding {
  return heap.usesDotProduct
    ? ok("available and used")
    : slow("this processor has none", "Int8 products are slower here; there is nothing to set.");
}

function percent(ratio: number): string {
  return Number.isFinite(ratio) ? `${(100 * ratio).toPrecision(2)} %` : "infinity";
}
