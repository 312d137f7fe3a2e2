/** The computation of recordings by the models of a runtime. */

import { normalised } from "../../audio/clip/normalise.ts";
import type { ClipInfo } from "../../audio/clip.ts";
import { bytesOf } from "../../bytes.ts";
import type { Engine } from "../../model/engine/engine.ts";
import { type FrameSummary, mergeSummaries, summarise } from "../../model/engine/taps/pooling.ts";
import { framesBetween } from "../../model/engine/windows/quiet.ts";
import { HOP_SAMPLES, SAMPLE_RATE_HZ } from "../../model/framing.ts";
import type { HeadPart } from "../../model/heads/parts.ts";
import type { WindowVoices } from "../../model/heads/speakers/match-windows.ts";
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
import { digestOf, joinedVoices, voicesBytes, voicesOfPart } from "./voices.ts";
import type { RecordedWork } from "./work.ts";

/** The work of a task's windows, by an engine. */
export function recordedWork(task: RecordedTask, engine: Engine): RecordedWork {
  const { taps, keeps, voices = null } = task;
  return {
    packDigest: digestOf(engine, voices),
    sampleCopies: voices === null ? 1 : 2,
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
      const { signal, report } = run;
      const heard = { samples, window: input.window };
      const own =
        voices &&
        (await voicesOfPart(result.head, heard, voices, { signal, report: () => report(0, 0) }));
      return { parts: [writeValues({ summaries, head: result.head, voices: own })], backend };
    },
    joinBytes: (plan) => logitsBytes(taps, plan) + voicesBytes(voices, taps, plan),
    async join(plan, windows, readPart) {
      const { clip, parts, heard } = await joinedClip(plan, windows, engine, task, readPart);
      if (keeps === "head" && clip.result.head === null) {
        const head = await engine.joinHeads(parts, taps);
        const result = { ...clip.result, head };
        const joined = voices === null ? undefined : joinedVoices(parts, heard, voices);
        return task.finish({ ...clip, result, voices: joined }, engine);
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

/** Of the windows that are there: what they tell of the clip, sums over their frames, what the head made of each, and their voices. */
async function joinedClip(
  plan: RecordingPlan,
  windows: readonly DoneWindow[],
  engine: Engine,
  { keeps, taps }: RecordedTask,
  readPart: (window: DoneWindow) => Promise<Uint8Array>,
): Promise<{ clip: AnsweredClip; parts: HeadPart[]; heard: (WindowVoices | null)[] }> {
  const numbers = windows.map(({ number }) => number);
  const own = windowsAt(plan, numbers);
  const frames = framesOf(own);
  const stretch = stretchOf(plan, numbers);
  const summaries = new Map<string, FrameSummary>();
  const parts: HeadPart[] = [];
  const heard: (WindowVoices | null)[] = [];
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
    heard.push(values.voices);
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
  return { clip, parts, heard };
}

/** The clip, or the part of it that begins with a frame. */
function audioFrom({ audio }: RecordingPlan, firstFrame: number): ClipInfo {
  if (firstFrame === 0) return audio;
  const startSeconds = (audio.startSeconds ?? 0) + (firstFrame * HOP_SAMPLES) / SAMPLE_RATE_HZ;
  return { ...audio, startSeconds };
}
