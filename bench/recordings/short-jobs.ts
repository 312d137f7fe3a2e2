/** Short jobs that are handed in behind a recording, and how far it is when they are done. */
import { setTimeout as pause } from "node:timers/promises";
import { makeWav } from "../../support/clips/make-wav.ts";
import { type RecordedJob, submitRecording } from "./job.ts";
import type { RecordingService } from "./services.ts";

const RATE_HZ = 16_000;

/** The recording when the last of the short jobs was done. */
export interface Outrun {
  readonly ms: number;
  readonly windowsDone: number;
  readonly windowsTotal: number;
  readonly isRecordingDone: boolean;
}

/**
 * Hands in a recording, and short jobs once its windows are computed; the recording is deleted when they are done.
 * @throws Error with the problem of a job that failed
 */
export async function outrun(
  service: RecordingService,
  recording: Pick<RecordedJob, "query" | "audioUrl">,
  count: number,
): Promise<Outrun> {
  const id = await submitRecording(service, recording);
  const look = async () => await service.json(`/v1/jobs/${id}`);
  for (let job = await look(); job.progress.windows_done === 0; job = await look()) {
    if (job.status === "failed") throw new Error(JSON.stringify(job.problem));
    await pause(LOOK_MS);
  }
  const beganMs = performance.now();
  const short = await submitShort(service, count);
  await allDone(service, short);
  const ms = performance.now() - beganMs;
  const { status, progress } = await look();
  await service.forget(`/v1/jobs/${id}`);
  const { windows_done: windowsDone, windows_total: windowsTotal } = progress;
  return { ms, windowsDone, windowsTotal, isRecordingDone: status === "done" };
}

const LOOK_MS = 200;

/** Hands in so many clips of a second, no two of them alike, and gives the ids of their jobs. */
async function submitShort(service: RecordingService, count: number): Promise<string[]> {
  const ids: string[] = [];
  for (let number = 0; number < count; number++) {
    const body = makeWav({ sampleRateHz: RATE_HZ, channels: [tone(200 + number)], format: "s16" });
    const { id } = await service.json("/v1/jobs?pool=mean", { method: "POST", body });
    ids.push(id);
  }
  return ids;
}

/** @throws Error if one of them failed. */
async function allDone(service: RecordingService, ids: readonly string[]): Promise<void> {
  for (const id of ids) {
    let job = await service.json(`/v1/jobs/${id}`);
    for (; job.finished_at === null; job = await service.json(`/v1/jobs/${id}`))
      await pause(LOOK_MS);
    if (job.status !== "done") throw new Error(JSON.stringify(job.problem));
  }
}

function tone(hz: number): Float32Array {
  const at = (index: number) => 0.3 * Math.sin((2 * Math.PI * hz * index) / RATE_HZ);
  return Float32Array.from({ length: RATE_HZ }, (_, index) => at(index));
}
