/** Models computed by other Workers, the stages, each with its part of the layers; nothing is computed here. */
import { computationQueue } from "../../../model/engine/queue.ts";
import { packRegistry } from "../../../model/pack/registry.ts";
import { createStagedEngine } from "../../../model/stages/engine.ts";
import { stagedHeapNeeds, stagedLimits } from "../../../model/stages/memory.ts";
import { stagesProbe } from "../../../model/stages/probe.ts";
import { log, logDamage } from "../log.ts";
import { readEngineDigest, readStageBudgetBytes, readStageCount } from "../stages/place.ts";
import { serviceLink } from "../stages/service-link.ts";
import type { OpenEngines } from "./engines.ts";

export const stagedEngines: OpenEngines = (bindings, settings, { storage, ledger, telemetry }) => {
  const links = Array.from({ length: readStageCount(bindings) }, (_, index) => {
    const name = `STAGE_${index + 1}`;
    return serviceLink(name, bindings[name], telemetry);
  });
  const stages = {
    links,
    engineDigest: readEngineDigest(bindings),
    memoryBudgetBytes: readStageBudgetBytes(bindings),
    reportLost: (stage: number, error: Error) =>
      log({ level: "warn", event: "stage-lost", stage, message: error.message }),
  };
  const queue = computationQueue(settings.maxQueue);
  const { defaultModel, rememberMs } = settings;
  return {
    models: packRegistry(
      { storage, defaultModel, rememberMs, reportDamage: logDamage },
      async (pack) => createStagedEngine({ pack, stages, queue, ledger, limits: settings }),
    ),
    probe: stagesProbe(stages),
    heapNeeds: stagedHeapNeeds(links.length, stagedLimits(settings, stages.memoryBudgetBytes)),
    async prepare() {},
  };
};
