/** Clips that arrive at random times at local workerd, with probes of its speed between them. */
import { setTimeout as pause } from "node:timers/promises";
import type { BootedWorker } from "../../support/runtimes/workerd.ts";
import { type Arrival, arrivalsOf, STEADY } from "./arrivals.ts";
import type { Probe } from "./probes.ts";
import { seededRandom } from "./random.ts";
import { type SendClip, senderOf } from "./send-clip.ts";

/** A stretch of a load run; nothing is under way before and after it. */
export interface Slice {
  /** As they were sent, in seconds since the beginning of the run. */
  readonly arrivals: readonly Arrival[];
  readonly answers: readonly { readonly status: number; readonly takenSeconds: number }[];
}

/** A load run: what arrived, how each was answered, and the probes around it. */
export interface LoadRun {
  readonly clipsPerSecond: number;
  readonly slices: readonly Slice[];
  readonly probes: readonly Probe[];
}

/** What is sent. */
export interface Load {
  readonly slices: number;
  readonly sliceSeconds: number;
  readonly clipsPerSecond: number;
  /** All as frequent, in seconds. */
  readonly lengths: readonly number[];
  readonly seed: number;
}

/** Sends clips at random times (a Poisson process), whatever the answers are, and probes before, between and after the slices. */
export async function loadRun(worker: BootedWorker, load: Load): Promise<LoadRun> {
  const send = senderOf(worker, load.lengths);
  const startMs = performance.now();
  const probes = await probe(send, load.lengths, startMs);
  const slices: Slice[] = [];
  for (let index = 0; index < load.slices; index++) {
    slices.push(await sendSlice(send, sliceArrivals(load, index), startMs));
    probes.push(...(await probe(send, load.lengths, startMs)));
  }
  return { clipsPerSecond: load.clipsPerSecond, slices, probes };
}

/** Sends a clip of each length, one at a time, twice. */
async function probe(
  send: SendClip,
  lengths: readonly number[],
  startMs: number,
): Promise<Probe[]> {
  const probes: Probe[] = [];
  for (const clipSeconds of [...lengths, ...lengths]) {
    const atSeconds = (performance.now() - startMs) / 1000;
    const { takenSeconds, computeSeconds } = await send(clipSeconds);
    probes.push({ atSeconds, clipSeconds, takenSeconds, computeSeconds });
  }
  return probes;
}

function sliceArrivals({ lengths, seed, sliceSeconds, clipsPerSecond }: Load, index: number) {
  const weighted = lengths.map((value) => ({ value, weight: 1 }));
  const traffic = { ...STEADY, seconds: sliceSeconds, clipsPerSecond, lengths: weighted };
  return arrivalsOf(traffic, seededRandom(seed + index));
}

async function sendSlice(
  send: SendClip,
  planned: readonly Arrival[],
  runStartMs: number,
): Promise<Slice> {
  const sliceStartMs = performance.now();
  const sent = planned.map(async (arrival) => {
    await pause(Math.max(0, sliceStartMs + arrival.atSeconds * 1000 - performance.now()));
    const atSeconds = (performance.now() - runStartMs) / 1000;
    const { status, takenSeconds } = await send(arrival.clipSeconds);
    return { arrival: { ...arrival, atSeconds }, answer: { status, takenSeconds } };
  });
  const all = await Promise.all(sent);
  all.sort((a, b) => a.arrival.atSeconds - b.arrival.atSeconds);
  return { arrivals: all.map(({ arrival }) => arrival), answers: all.map(({ answer }) => answer) };
}
