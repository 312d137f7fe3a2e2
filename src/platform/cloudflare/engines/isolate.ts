/** Models computed in the Worker's own isolate, on its one thread. */
import { createWorkerdBackend } from "../../../model/backend/workerd/backend.ts";
import { heapNeedsWithin } from "../../../model/engine/memory/plan.ts";
import { countHeap } from "../../../model/engine/memory/room.ts";
import { computationQueue } from "../../../model/engine/queue.ts";
import { createModelRegistry } from "../../../model/pack/registry.ts";
import { engineProbe } from "../../../model/probe/engine-probe.ts";
import { once } from "../../../once.ts";
import { logDamage } from "../log.ts";
import type { OpenEngines } from "./engines.ts";

export const isolateEngines: OpenEngines = (_bindings, settings, { storage, ledger }) => {
  const backend = once(() => createWorkerdBackend(settings.memoryBudgetBytes));
  const queue = computationQueue(settings.maxQueue);
  return {
    models: createModelRegistry({
      ...{ storage, backend, queue, ledger, limits: settings, reportDamage: logDamage },
      defaultModel: settings.defaultModel,
      rememberMs: settings.rememberMs,
    }),
    probe: engineProbe(backend, queue),
    heapNeeds: heapNeedsWithin(settings),
    async prepare() {
      const made = await backend();
      await made.prepare();
      countHeap(ledger, made);
    },
  };
};
