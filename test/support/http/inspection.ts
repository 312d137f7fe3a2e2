/** What a service under test can say of itself. */
import { createNodeBackend } from "../../../src/model/backend/node/backend.ts";
import { heapNeedsWithin } from "../../../src/model/engine/memory/plan.ts";
import { computationQueue } from "../../../src/model/engine/queue.ts";
import { engineProbe } from "../../../src/model/probe/engine-probe.ts";
import { once } from "../../../src/once.ts";
import type { Inspection } from "../../../src/platform/inspection.ts";
import type { Store } from "../../../src/store/store.ts";
import { AMPLE_LIMITS } from "../../../support/packs/tiny-pack.ts";

/** An engine of its own that is made when it is first asked, and packs in `packSource` that nothing caches. */
export function inspectionOf(packSource: Store): Inspection {
  return {
    probeEngine: engineProbe(
      once(() => createNodeBackend()),
      computationQueue(16),
    ),
    heapNeeds: heapNeedsWithin(AMPLE_LIMITS),
    packSource,
    caches: [],
    life: () => ({ isCold: false, ageMs: 1000, startupMs: 100, version: null }),
    placeOf: () => ({ colo: null, country: null, continent: null }),
  };
}
