/** What is finished of a recording: of one that runs, and of one that failed. */
import { totalBytes } from "../../bytes.ts";
import { UndertoneError } from "../../errors.ts";
import type { LedgerEntry } from "../../ledger.ts";
import type { StoredResult } from "../../results/results.ts";
import { SPREAD_PIECE_BYTES, type SpreadResult, spreadPieces } from "../../results/spread.ts";
import type { JobContext } from "../context.ts";
import type { Job } from "../job.ts";
import type { JobWork } from "../work/work.ts";
import { recordedBy } from "./anew.ts";
import { windowReader } from "./join.ts";
import { computedNumbers, type RecordingPlan, secondsOfFrames, stretchOf } from "./plan.ts";
import { type DoneWindow, doneWindows, readRecording } from "./table.ts";

/** Which part of a recording a partial result is of; seconds are of the clip as it was received. */
export interface FinishedPart {
  readonly start: number;
  readonly end: number;
  /** Windows of the recording that are finished, and all of them. */
  readonly windowsDone: number;
  readonly windowsTotal: number;
  /** Stretches of finished windows: which one this is, from 0, and how many there are. */
  readonly run: number;
  readonly runs: number;
}

/** A result of some windows of a recording. */
export interface PartialResult {
  readonly result: StoredResult | SpreadResult;
  readonly part: FinishedPart;
}

/**
 * The result of a stretch of finished windows that follow each other.
 * @param run which stretch, from 0: a window that failed, or is not done yet, divides them
 * @param memory where what joining takes is counted before it is held, and then the result
 * @throws UndertoneError `job-not-done` if nothing is finished there, `job-not-successful` if nothing will be; `overloaded`.
 */
export async function partialResult(
  context: JobContext,
  work: JobWork,
  job: Job,
  { run, memory }: { readonly run: number; readonly memory: LedgerEntry },
): Promise<PartialResult> {
  const recording = job.windowsTotal === 0 ? null : await readRecording(context, job.id);
  const done = recording === null ? [] : await doneWindows(context, job.id);
  const runs = recording === null ? [] : runsOf(recording.plan, done);
  const windows = runs[run];
  if (recording === null || windows === undefined) throw nothingFinished(job, run);
  const { plan, resultKey, folder } = recording;
  const recorded = recordedBy(await work.prepare(job.options), recording);
  if (recorded === null) throw nothingFinished(job, run);
  memory.hold(Math.ceil((recorded.joinBytes(plan) * windows.length) / job.windowsTotal));
  const result = await recorded.join(plan, windows, windowReader(context, recording));
  const part = {
    ...secondsOfFrames(plan, stretchOf(plan, numbersOf(windows))),
    ...{ windowsDone: done.length, windowsTotal: job.windowsTotal, run, runs: runs.length },
  };
  const pieces = spreadPieces(context, resultKey, folder, result.header, true);
  memory.release();
  memory.hold(pieces === null ? totalBytes(result.parts) : SPREAD_PIECE_BYTES);
  return { result: pieces === null ? result : { header: result.header, pieces }, part };
}

/** Stretches of windows between which none is missing that is computed. */
function runsOf(plan: RecordingPlan, windows: readonly DoneWindow[]): DoneWindow[][] {
  const runs: DoneWindow[][] = [];
  const done = new Map(windows.map((window) => [window.number, window]));
  let isRun = false;
  for (const number of computedNumbers(plan)) {
    const window = done.get(number);
    if (window !== undefined && isRun) runs.at(-1)?.push(window);
    else if (window !== undefined) runs.push([window]);
    isRun = window !== undefined;
  }
  return runs;
}

function numbersOf(windows: readonly DoneWindow[]): number[] {
  return windows.map(({ number }) => number);
}

function nothingFinished({ id, status }: Job, run: number): UndertoneError {
  return new UndertoneError(
    status === "failed" ? "job-not-successful" : "job-not-done",
    run === 0
      ? `Nothing of job ${id}, which is ${status}, can be read. Only recordings have partial results, once their first windows are finished.`
      : `Job ${id} has no stretch ${run} of finished windows. Leave \`run\` out for the first one.`,
    { jobStatus: status },
  );
}
