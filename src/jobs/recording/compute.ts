/** The computation of recordings by the models of a runtime. */

import { normalised } from "../../audio/clip/normalise.ts";
import type { ClipInfo } from "../../audio/clip.ts";
import { bytesOf } from "../../bytes.ts";
import type { Engine } from "../../model/engine/engine.ts";
import { type FrameSummary, mergeSummaries, summarise } from "../../model/engine/taps/pooling.ts";
import { framesBetween } from "../../model/engine/windows/quiet.ts";
import { HOP_SAMPLES, SAMPLE_RATE_HZ } from "../../model/framing.ts";
import type { HeadPart } from "../../model/heads/parts.ts";
import type { StoredResult } from "../../results/results.ts";
import { spreadHeader } from "../../results/serialize.ts";
import { namedMatrices, namedWidths } from "../../tasks/features/compute.ts";
import { describeModel } from "../../tasks/features/describe-model.ts";
import { NO_BACKEND, requireSound } from "../../tasks/features/silence.ts";
import type { AnsweredClip } from "../../tasks/task.ts";
import type { RecordedTask } from "../tasks/job-task.ts";
import { createRows, logitsBytes } from "./logits.ts";
import {
  framesOf,
  type RecordingPlan,
  statisticsOfPlan,
  stretchOf,
  windowAt,
  windowsAt,
} from "./plan.ts";
import type { DoneWindow } from "./table.ts";
import { readValues, writeValues } from "./values.ts";
import type { RecordedWork } from "./work.ts";

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
      const spread = {
        tries: windows.map(({ made }) => made),
        windows: windows.map(({ number }) => number),
      };
      return { header: spreadHeader(clip, widths, spread), parts: [] };
    },
  };
}

/**
 * The result of a recording without sound, of which no window is computed.
 * @throws UndertoneError `clip-silent` as `requireSound`.
 */
export async function silentResult(
  task: RecordedTask,
  engine: Engine,
  plan: RecordingPlan,
): Promise<StoredResult> {
  requireSound(task.taps);
  const { clip } = await joinedClip(plan, [], engine, task, async () => new Uint8Array());
  return task.finish(clip, engine);
}

/** Of the windows that are there: what they tell of the clip, sums over their frames, and what the head made of each. */
async function joinedClip(
  plan: RecordingPlan,
  windows: readonly DoneWindow[],
  engine: Engine,
  { keeps, taps }: RecordedTask,
  readPart: (window: DoneWindow) => Promise<Uint8Array>,
): Promise<{ clip: AnsweredClip; parts: HeadPart[] }> {
  const numbers = windows.map(({ number }) => number);
  const own = windowsAt(plan, numbers);
  const frames = framesOf(own);
  const stretch = stretchOf(plan, numbers);
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
    audio: audioFrom(plan, stretch.first),
    frames,
    ...(plan.heard && { silent: framesBetween(own, stretch) }),
    windows: windows.length,
    backend: [...backends].join("+") || NO_BACKEND,
    result: {
      hiddenStates: new Map(),
      lastHiddenState: null,
      extractFeatures: null,
      layerSum: null,
      head: rows && { logits: rows.matrix, embedding: null },
      windowFrames: own.map(({ keepCount }) => keepCount),
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
