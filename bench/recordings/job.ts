/** One job of a recording, computed while its service is killed now and then. */
import { createHash } from "node:crypto";
import { setTimeout as pause } from "node:timers/promises";
import type { RecordingService } from "./services.ts";
import type { WindowTries } from "./tries.ts";

/** What is computed, and what happens meanwhile. */
export interface RecordedJob {
  /** The options of the job. */
  readonly query: string;
  /** The URL of the recording. */
  readonly audioUrl: string;
  /** The service is killed so often, if the job lasts. */
  readonly kills: number;
  /** It lives so long at most before it is killed. */
  readonly longestLifeMs: number;
}

/** The end of a job. */
export interface EndedJob {
  /** SHA-256 of its result. */
  readonly digest: string;
  readonly ms: number;
  readonly kills: number;
  readonly tries: WindowTries;
  /** Tries of windows that deaths have ended. */
  readonly lost: number;
}

const LOOK_MS = 500;

/** Hands a recording in, and gives the id of its job. */
export async function submitRecording(
  service: RecordingService,
  { query, audioUrl }: Pick<RecordedJob, "query" | "audioUrl">,
): Promise<string> {
  const { id } = await service.json(`/v1/jobs?${query}&format=npy`, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ audio_url: audioUrl }),
  });
  return id;
}

/**
 * Hands the recording in and waits for its end; the job and its result are deleted then, so that the next one is computed, too.
 * @throws Error with its problem if it fails
 */
export async function computeJob(
  service: RecordingService,
  wanted: RecordedJob,
): Promise<EndedJob> {
  const beganMs = performance.now();
  const id = await submitRecording(service, wanted);
  const lost = new Set<string>();
  for (let kills = 0; ; ) {
    const isKilled = kills < wanted.kills;
    await pause(isKilled ? Math.random() * wanted.longestLifeMs : LOOK_MS);
    const { status, progress, problem } = await service.json(`/v1/jobs/${id}`);
    if (status === "failed") throw new Error(JSON.stringify(problem));
    if (status === "done") {
      const ms = performance.now() - beganMs;
      const bytes = await service.bytes(`/v1/jobs/${id}/result`);
      const digest = createHash("sha256").update(bytes).digest("hex");
      const tries = await service.tries(id);
      await service.forget(`/v1/jobs/${id}`);
      return { digest, ms, kills, tries, lost: lost.size };
    }
    if (!isKilled) continue;
    console.error(`${progress.windows_done} of ${progress.windows_total} windows; a kill`);
    kills++;
    for (const lease of await service.killAndRestart()) lost.add(lease);
  }
}
