/** What local workerd takes for clips: one after another for calibration, then arriving at random. */
import { setTimeout as pause } from "node:timers/promises";
import type { BootedWorker } from "../../support/runtimes/workerd.ts";
import { speechLikeClip } from "../speech-clip.ts";
import { type Arrival, arrivalsOf, STEADY } from "./arrivals.ts";
import { seededRandom } from "./random.ts";

/** Where the header of a WAV file ends. */
const WAV_HEADER_BYTES = 44;

/** Milliseconds of warm clips sent one after another, by length in seconds. */
export type Calibration = readonly {
  readonly clipSeconds: number;
  readonly milliseconds: readonly number[];
}[];

/** A load run: what arrived, and how each was answered. */
export interface LoadRun {
  readonly clipsPerSecond: number;
  readonly arrivals: readonly Arrival[];
  readonly answers: readonly { readonly status: number; readonly milliseconds: number }[];
}

/** Sends clips of each length in turn, one at a time. */
export async function calibrate(
  worker: BootedWorker,
  lengths: readonly number[],
  rounds: number,
): Promise<Calibration> {
  const send = senderOf(worker, lengths);
  const times = lengths.map((clipSeconds) => ({ clipSeconds, milliseconds: [] as number[] }));
  for (let round = 0; round < rounds; round++) {
    for (const { clipSeconds, milliseconds } of times) {
      milliseconds.push((await send(clipSeconds)).milliseconds);
    }
  }
  return times;
}

/** Sends clips at random times (a Poisson process), whatever the answers are. */
export async function loadRun(
  worker: BootedWorker,
  request: {
    readonly seconds: number;
    readonly clipsPerSecond: number;
    readonly lengths: readonly number[];
    readonly seed: number;
  },
): Promise<LoadRun> {
  const { seconds, clipsPerSecond } = request;
  const send = senderOf(worker, request.lengths);
  const lengths = request.lengths.map((value) => ({ value, weight: 1 }));
  const traffic = { ...STEADY, seconds, clipsPerSecond, lengths };
  const arrivals = arrivalsOf(traffic, seededRandom(request.seed));
  const startMs = performance.now();
  const answers = await Promise.all(
    arrivals.map(async ({ atSeconds, clipSeconds }) => {
      await pause(Math.max(0, startMs + atSeconds * 1000 - performance.now()));
      return await send(clipSeconds);
    }),
  );
  return { clipsPerSecond, arrivals, answers };
}

/** Sends a clip that no clip before was equal to, since equal ones share a computation. */
function senderOf(worker: BootedWorker, lengths: readonly number[]) {
  const clips = new Map(lengths.map((seconds) => [seconds, speechLikeClip(seconds).wav]));
  let sent = 0;
  return async (seconds: number) => {
    const body = new Uint8Array(clips.get(seconds) ?? []);
    new DataView(body.buffer).setUint32(WAV_HEADER_BYTES, ++sent);
    const startMs = performance.now();
    const headers = { "Cache-Control": "no-store" };
    const response = await worker.fetch("/v1/features?pool=mean", {
      method: "POST",
      body,
      headers,
    });
    await response.arrayBuffer();
    return { status: response.status, milliseconds: performance.now() - startMs };
  };
}
