/** The computation of jobs by the models of a runtime. */

import type { Spill } from "../../audio/clip/sample-parts.ts";
import type { ClipLimits } from "../../audio/clip.ts";
import type { PrepareClip } from "../../audio/prepare.ts";
import type { MemoryLedger } from "../../ledger.ts";
import { exportedProgram } from "../../model/engine/exported/outputs.ts";
import type { ModelRegistry } from "../../model/pack/registry.ts";
import { recordedWork, silentResult } from "../recording/compute.ts";
import { decodeRecording } from "../recording/decode.ts";
import { requireJoinFits } from "../recording/logits.ts";
import { digestOf } from "../recording/voices.ts";
import type { LongClips, ReportLayer } from "../recording/work.ts";
import { taskOf } from "../tasks/tasks.ts";
import type { JobWork } from "./work.ts";

/** The services of a runtime that computing clips uses. */
export interface WorkContext {
  readonly models: Pick<ModelRegistry, "open" | "list" | "readLanguageModel" | "openXVectors">;
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

/** Base-Plus has the memory for so much in a Worker. */
const WHOLE_CLIP_SECONDS = 120;

/** The limits of clips that are held and computed as a whole: pairs, and those of ready exports. */
export function limitsOfWhole(settings: JobLimits): ClipLimits {
  const longest = Math.max(settings.maxClipSeconds, WHOLE_CLIP_SECONDS);
  return { ...limitsOfJobs(settings), maxClipSeconds: Math.min(settings.maxJobSeconds, longest) };
}

/** The computation by the runtime's models, within its limits. */
export function jobWork({ models, settings, ledger, prepareClip }: WorkContext): JobWork {
  return {
    async prepare(options) {
      const task = taskOf(options);
      const { model, selection } = task.read(options);
      const engine = await models.open(model);
      const planned = await task.plan(engine, options, models);
      const isExported = exportedProgram(engine.manifest) !== undefined;
      const recorded = isExported ? null : planned.recorded;
      const limits = recorded === null ? limitsOfWhole(settings) : limitsOfJobs(settings);
      return {
        recorded: recorded && recordedWork(recorded, engine),
        keyOf: (clipSha256s) => planned.keyOf(clipSha256s, settings),
        async compute(clips, report, signal, longClips) {
          const memory = ledger.open("clips");
          const request = { selection, limits, signal, memory };
          const decoded = clips.map((clip) => async () => prepareClip(await clip.open(), request));
          try {
            const [only] = clips;
            if (recorded === null || only === undefined) {
              await longClips.computes();
              return await planned.compute(decoded, engine, { report, signal });
            }
            const { windowSeconds } = settings;
            const prepare = async (spill: Spill) =>
              prepareClip(await only.open(), { ...request, spill });
            const found = await decodeRecording(prepare, engine, {
              longClips: alive(longClips, report),
              windowSeconds,
              packDigest: digestOf(engine, recorded.voices ?? null),
              skipsSilence: recorded.skipsSilence,
            });
            if (found.kind === "recording") {
              if (found.plan.heard?.length === 0) {
                return await silentResult(recorded, engine, found.plan);
              }
              requireJoinFits(recorded.taps, found.plan, ledger.maxBytes);
              return { plan: found.plan };
            }
            await longClips.computes();
            return await planned.compute([async () => found.clip], engine, { report, signal });
          } finally {
            memory.release();
          }
        },
      };
    },
    write(result, options, clipName) {
      const { format, mediaType, parts } = taskOf(options).write(result, options, clipName);
      return { extension: format, mediaType, parts };
    },
  };
}

/** Each part that is stored shows that the job is alive. */
function alive(longClips: LongClips, report: ReportLayer): LongClips {
  return {
    ...longClips,
    async begin() {
      const store = await longClips.begin();
      return {
        async append(part) {
          await store.append(part);
          report(0, 0);
        },
        async *parts() {
          for await (const part of store.parts()) {
            report(0, 0);
            yield part;
          }
        },
      };
    },
  };
}
