/** A service of jobs whose windows are short, and a clip that is long for it. */
import { sql } from "../../../src/database/database.ts";
import type { ModelRegistry } from "../../../src/model/pack/registry.ts";
import type { Platform } from "../../../src/platform/platform.ts";
import { readSettings } from "../../../src/platform/settings.ts";
import { memoryStore } from "../../../src/store/memory.ts";
import { makeWav } from "../../../support/clips/make-wav.ts";
import { AMPLE_LIMITS, installGolden, nodeRegistry } from "../../../support/packs/tiny-pack.ts";
import { bytesOf } from "../http/service.ts";
import { type JobService, startJobService } from "./job-service.ts";

export const WINDOW_SECONDS = 8;

/** 40 s of tones that come, go and change, so that no two windows are alike. */
export const LONG_CLIP = makeWav({
  sampleRateHz: 16_000,
  channels: [
    Float32Array.from({ length: 640_000 }, (_, index) => {
      const seconds = index / 16_000;
      const loudness = 0.25 + 0.2 * Math.sin(2.1 * seconds);
      const rates = [180 + 40 * Math.sin(seconds), 700 + 9 * seconds];
      return rates.reduce((sum, hz) => sum + loudness * Math.sin(2 * Math.PI * hz * seconds), 0);
    }),
  ],
  format: "s16",
});

/** The windows of the long clip. */
export const WINDOWS = 9;

/** Tiny packs in q8, which compute in windows of 8 s. */
export async function windowedRegistry(names: readonly string[]): Promise<ModelRegistry> {
  const store = memoryStore();
  for (const name of names) await installGolden(store, name, "q8");
  return nodeRegistry(store, "", { ...AMPLE_LIMITS, windowSeconds: WINDOW_SECONDS });
}

/** A service of jobs over these packs. */
export async function startRecordings(
  names: readonly string[] = ["tiny-group"],
  platform: Partial<Platform> = {},
  models?: ModelRegistry,
): Promise<JobService> {
  const settings = readSettings({
    ...{ MAX_CLIP_SECONDS: "60", WINDOW_SECONDS: String(WINDOW_SECONDS) },
    ...{ MAX_CLIP_BYTES: "4000000", MAX_JOB_BYTES: "4000000", MEMORY_BUDGET_MB: "1000" },
  });
  return startJobService({ settings, ...platform }, models ?? (await windowedRegistry(names)));
}

/** Submits a recording and consumes some messages: the first decodes it, each other one computes a window. */
export async function beginRecording(
  service: JobService,
  messages: number,
  query = "?pool=mean",
): Promise<string> {
  const id = await service.submit(LONG_CLIP, query);
  for (let count = 0; count < messages; count++) await service.consumeOne();
  return id;
}

/** The answer of an endpoint about the long clip. */
export async function answerOf(service: JobService, path: string): Promise<Uint8Array> {
  const response = await service.app.request(path, { method: "POST", body: LONG_CLIP });
  if (response.status !== 200) throw new Error(await response.text());
  return bytesOf(response);
}

/** The result of a job. */
export async function resultOf(service: JobService, id: string, query = ""): Promise<Uint8Array> {
  const response = await service.app.request(`/v1/jobs/${id}/result${query}`);
  if (response.status !== 200) throw new Error(await response.text());
  return bytesOf(response);
}

/** The members of an answer without the id of the request, which no job has. */
export function withoutRequestId(bytes: Uint8Array): unknown {
  const { request_id: _, ...members } = JSON.parse(new TextDecoder().decode(bytes));
  return members;
}

/** The numbers of rows and files that recordings have left. */
export async function leftovers({ platform }: JobService) {
  const { database, files } = platform;
  const rows = await database.first(
    sql`SELECT (SELECT count(*) FROM recordings) AS recordings, (SELECT count(*) FROM windows) AS windows`,
  );
  return {
    ...(rows as { recordings: number; windows: number }),
    samples: await files.list("samples/"),
    clips: await files.list("clips/"),
    results: await files.list("results/"),
  };
}
