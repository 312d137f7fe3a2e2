/** Sending clips to local workerd, and what each took. */
import type { BootedWorker } from "../../support/runtimes/workerd.ts";
import { speechLikeClip } from "../speech-clip.ts";

/** Where the header of a WAV file ends. */
const WAV_HEADER_BYTES = 44;
/** The stages of `Server-Timing` that are the engine's. */
const ENGINE_TIMES = /\b(?:frontend|layers);dur=([\d.]+)/g;

/** How a clip was answered. */
export interface SentClip {
  readonly status: number;
  readonly takenSeconds: number;
  /** Of it, the time in the engine, without waiting for a turn. */
  readonly computeSeconds: number;
}

/** Sends a clip of so many seconds. */
export type SendClip = (clipSeconds: number) => Promise<SentClip>;

/** Sends clips of these lengths; each is one that no clip before was equal to, since equal ones share a computation. */
export function senderOf(worker: BootedWorker, lengths: readonly number[]): SendClip {
  const clips = new Map(lengths.map((seconds) => [seconds, speechLikeClip(seconds).wav]));
  return async (seconds) => {
    const body = new Uint8Array(clips.get(seconds) ?? []);
    crypto.getRandomValues(body.subarray(WAV_HEADER_BYTES, WAV_HEADER_BYTES + 4));
    const headers = { "Cache-Control": "no-store" };
    const startMs = performance.now();
    const response = await worker.fetch("/v1/features?pool=mean", {
      method: "POST",
      body,
      headers,
    });
    await response.arrayBuffer();
    const takenSeconds = (performance.now() - startMs) / 1000;
    const timing = response.headers.get("Server-Timing") ?? "";
    const computeMs = Array.from(timing.matchAll(ENGINE_TIMES), ([, ms]) => Number(ms));
    const computeSeconds = computeMs.reduce((sum, ms) => sum + ms, 0) / 1000;
    return { status: response.status, takenSeconds, computeSeconds };
  };
}
