/** Models computed in the Worker's own isolate, on its one thread. */
import { workerdChecksum } from "../../../model/backend/workerd/backend.ts";
import { heapNeedsWithin } from "../../../model/engine/memory/plan.ts";
import { computationQueue } from "../../../model/engine/queue.ts";
import { createModelRegistry } from "../../../model/pack/registry.ts";
import { engineProbe } from "../../../model/probe/engine-probe.ts";
import { isolateBackend } from "../isolate-backend.ts";
import { logDamage } from "../log.ts";
import type { OpenEngines } from "./engines.ts";

export const isolateEngines: OpenEngines = (_bindings, settings, { storage, ledger }) => {
  const { open: backend, prepare } = isolateBackend(settings, ledger);
  const queue = computationQueue(settings.maxQueue);
  return {
    models: createModelRegistry({
      ...{ storage, backend, queue, ledger, limits: settings, reportDamage: logDamage },
      defaultModel: settings.defaultModel,
      rememberMs: settings.rememberMs,
      checksum: workerdChecksum(),
    }),
    probe: engineProbe(backend, queue),
    heapNeeds: heapNeedsWithin(settings),
    prepare,
  };
};
