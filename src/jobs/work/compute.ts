/** The computation of jobs by the models of a runtime. */

import type { ClipLimits } from "../../audio/clip.ts";
import type { PrepareClip } from "../../audio/prepare.ts";
import { joinBytes } from "../../bytes.ts";
import type { MemoryLedger } from "../../ledger.ts";
import type { ModelRegistry } from "../../model/pack/registry.ts";
import { taskOf } from "../tasks/tasks.ts";
import type { JobWork } from "./work.ts";

/** The services of a runtime that computing clips uses. */
export interface WorkContext {
  readonly models: Pick<ModelRegistry, "open" | "list" | "readLanguageModel">;
  readonly ledger: MemoryLedger;
  readonly prepareClip: PrepareClip;
  readonly settings: JobLimits & { readonly windowSeconds: number };
}

/** The limits of a service, those of its jobs among them. */
export type JobLimits = ClipLimits & { readonly maxJobSeconds: number };

/** The limits of the clips of jobs, which nobody waits for. */
export function limitsOfJobs({ maxJobSeconds, maxDecodedSeconds }: JobLimits): ClipLimits {
  return { maxClipSeconds: maxJobSeconds, maxDecodedSeconds };
}

/** The computation by the runtime's models, within its limits. */
export function jobWork({ models, settings, ledger, prepareClip }: WorkContext): JobWork {
  const limits = limitsOfJobs(settings);
  return {
    async prepare(options) {
      const task = taskOf(options);
      const { model, selection } = task.read(options);
      const engine = await models.open(model);
      const planned = await task.plan(engine, options, models);
      return {
        keyOf: (clipSha256s) => planned.keyOf(clipSha256s, settings),
        async compute(clips, report, signal) {
          const memory = ledger.open("clips");
          const decoded = clips.map(
            (clip) => async () =>
              prepareClip(await clip.open(), { selection, limits, signal, memory }),
          );
          try {
            return await planned.compute(decoded, engine, { report, signal });
          } finally {
            memory.release();
          }
        },
      };
    },
    write(result, options, clipName) {
      const { format, mediaType, parts } = taskOf(options).write(result, options, clipName);
      return { extension: format, mediaType, bytes: joinBytes([...parts]) };
    },
  };
}
