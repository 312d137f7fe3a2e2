/** Short jobs that are handed in behind a recording, and when they are done. */
import { setTimeout as pause } from "node:timers/promises";
import { makeWav } from "../../support/clips/make-wav.ts";
import type { RecordingService } from "./services.ts";

const RATE_HZ = 16_000;

/** Hands in so many clips of a second, no two of them alike, and gives the ids of their jobs. */
export async function submitShort(service: RecordingService, count: number): Promise<string[]> {
  const ids: string[] = [];
  for (let number = 0; number < count; number++) {
    const body = makeWav({ sampleRateHz: RATE_HZ, channels: [tone(200 + number)], format: "s16" });
    const { id } = await service.json("/v1/jobs?pool=mean", { method: "POST", body });
    ids.push(id);
  }
  return ids;
}

/**
 * When each of these jobs ended, in milliseconds since 1970.
 * @throws Error if one of them failed.
 */
export async function endsOf(service: RecordingService, ids: readonly string[]): Promise<number[]> {
  const ends: number[] = [];
  for (const id of ids) {
    let job = await service.json(`/v1/jobs/${id}`);
    for (; job.finished_at === null; job = await service.json(`/v1/jobs/${id}`)) await pause(200);
    if (job.status !== "done") throw new Error(JSON.stringify(job.problem));
    ends.push(Date.parse(job.finished_at));
  }
  return ends;
}

function tone(hz: number): Float32Array {
  const at = (index: number) => 0.3 * Math.sin((2 * Math.PI * hz * index) / RATE_HZ);
  return Float32Array.from({ length: RATE_HZ }, (_, index) => at(index));
}
