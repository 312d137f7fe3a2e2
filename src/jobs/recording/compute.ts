/** The computation of recordings by the models of a runtime. */

import { normalised } from "../../audio/clip/normalise.ts";
import type { Spill } from "../../audio/clip/sample-parts.ts";
import type { ClipInfo } from "../../audio/clip.ts";
import type { PreparedClip } from "../../audio/prepare.ts";
import { bytesOf } from "../../bytes.ts";
import type { Engine } from "../../model/engine/engine.ts";
import { type FrameSummary, mergeSummaries, summarise } from "../../model/engine/taps/pooling.ts";
import { windowShape } from "../../model/engine/windows/plan.ts";
import { frameCount, HOP_SAMPLES, SAMPLE_RATE_HZ } from "../../model/framing.ts";
import type { HeadPart } from "../../model/heads/parts.ts";
import { spreadHeader } from "../../results/serialize.ts";
import { describeModel, namedMatrices, namedWidths } from "../../tasks/features/compute.ts";
import type { AnsweredClip } from "../../tasks/task.ts";
import type { RecordedTask } from "../tasks/job-task.ts";
import { createRows, logitsBytes } from "./logits.ts";
import {
  PART_SAMPLES,
  type RecordingPlan,
  statisticsOfPlan,
  statisticsToJson,
  windowAt,
  windowsOf,
} from "./plan.ts";
import { recordingStatistics, type SampleStore } from "./samples.ts";
import type { DoneWindow } from "./table.ts";
import { readValues, writeValues } from "./values.ts";
import type { LongClips, RecordedWork } from "./work.ts";

/** A decoded clip: ready to be computed, or a recording. */
export type DecodedClip =
  | { readonly kind: "clip"; readonly clip: PreparedClip }
  | { readonly kind: "recording"; readonly plan: RecordingPlan };

/** Decodes a clip; of one that is longer than a part the samples are stored, and never held whole. */
export async function decodeRecording(
  prepare: (spill: Spill) => Promise<PreparedClip>,
  engine: Engine,
  { longClips, windowSeconds }: { readonly longClips: LongClips; readonly windowSeconds: number },
): Promise<DecodedClip> {
  let store: SampleStore | null = null;
  let spilled = 0;
  const keep = async (part: Float32Array<ArrayBuffer>) => {
    store ??= await longClips.begin();
    await store.append(part);
    spilled += part.length;
  };
  const clip = await prepare({ partSamples: PART_SAMPLES, take: keep });
  if (spilled === 0 || store === null) return { kind: "clip", clip };
  await keep(Float32Array.from(clip.samples));
  const { normalisation, statistics } = await recordingStatistics(store, engine.manifest);
  const plan: RecordingPlan = {
    packDigest: engine.packDigest,
    audio: clip.info,
    sampleCount: spilled,
    shape: windowShape(windowSeconds),
    normalisation,
    statistics: statistics && statisticsToJson(statistics),
  };
  return { kind: "recording", plan };
}

/** The work of a task's windows, by an engine. */
export function recordedWork(task: RecordedTask, engine: Engine): RecordedWork {
  const { taps, keeps } = task;
  return {
    packDigest: engine.packDigest,
    async computeWindow(plan, number, samples, run) {
      const { normalisation } = plan;
      const input = {
        samples: normalisation === null ? samples : normalised(samples, normalisation),
        statistics: statisticsOfPlan(plan),
        window: windowAt(plan, number),
      };
      const result = await engine.runWindow(input, taps, run);
      const { backend } = result;
      const matrices = namedMatrices(result);
      if (keeps === "frames") {
        const parts = matrices.map(([, { data }]) => bytesOf(data));
        return { parts, backend };
      }
      const summaries = matrices.map(([name, matrix]) => [name, summarise(matrix)] as const);
      return { parts: [writeValues({ summaries, head: result.head })], backend };
    },
    joinBytes: (plan) => logitsBytes(taps, plan),
    async join(plan, windows, readPart) {
      const { clip, parts } = await joinedClip(plan, windows, engine, task, readPart);
      if (keeps === "head" && clip.result.head === null) {
        const head = await engine.joinHeads(parts, taps);
        return task.finish({ ...clip, result: { ...clip.result, head } }, engine);
      }
      if (keeps !== "frames") return task.finish(clip, engine);
      const widths = namedWidths(taps, engine.manifest.architecture);
      const tries = windows.map(({ made }) => made);
      return { header: spreadHeader(clip, widths, { tries }), parts: [] };
    },
  };
}

/** Of the windows that are there: what they tell of the clip, sums over their frames, and what the head made of each. */
async function joinedClip(
  plan: RecordingPlan,
  windows: readonly DoneWindow[],
  engine: Engine,
  { keeps, taps }: RecordedTask,
  readPart: (window: DoneWindow) => Promise<Uint8Array>,
): Promise<{ clip: AnsweredClip; parts: HeadPart[] }> {
  const all = windowsOf(plan);
  const windowFrames = windows.map(({ number }) => all[number]?.keepCount ?? 0);
  const frames =
    windows.length === all.length
      ? frameCount(plan.sampleCount)
      : windowFrames.reduce((sum, count) => sum + count, 0);
  const summaries = new Map<string, FrameSummary>();
  const parts: HeadPart[] = [];
  // These are rows without more ado, and many.
  const rows = taps.head?.kind === "ctc" ? createRows(frames, taps.head.tokenCount) : null;
  for (const window of keeps === "frames" ? [] : windows) {
    const values = readValues(await readPart(window));
    for (const [name, summary] of values.summaries) {
      const before = summaries.get(name);
      summaries.set(name, before === undefined ? summary : mergeSummaries(before, summary));
    }
    if (rows !== null && values.head?.kind === "logits") rows.add(values.head);
    else if (values.head !== null) parts.push(values.head);
  }
  const backends = new Set(windows.flatMap(({ backend }) => backend.split("+")));
  const clip: AnsweredClip = {
    ...describeModel(engine),
    audio: audioFrom(plan, all[windows[0]?.number ?? 0]?.keepFirst ?? 0),
    frames,
    windows: windows.length,
    backend: [...backends].join("+"),
    result: {
      hiddenStates: new Map(),
      lastHiddenState: null,
      extractFeatures: null,
      layerSum: null,
      head: rows && { logits: rows.matrix, embedding: null },
      windowFrames,
    },
    summaries,
  };
  return { clip, parts };
}

/** The clip, or the part of it that begins with a frame. */
function audioFrom({ audio }: RecordingPlan, firstFrame: number): ClipInfo {
  if (firstFrame === 0) return audio;
  const startSeconds = (audio.startSeconds ?? 0) + (firstFrame * HOP_SAMPLES) / SAMPLE_RATE_HZ;
  return { ...audio, startSeconds };
}
