/** The load runs that the simulation is compared with, and what clips take of a fresh isolate, in local workerd. */
import { bootWorker } from "../../support/runtimes/workerd.ts";
import { cachedPack, SILENT } from "../models.ts";
import { speechLikeClip } from "../speech-clip.ts";
import { serviceOf } from "../subjects/service.ts";
import { type LoadRun, loadRun } from "./load-run.ts";
import { senderOf } from "./send-clip.ts";
import { measureTransport, type Transport } from "./transport.ts";

/** The pack of the load runs: small, so that a minute has hundreds of clips. */
const LOAD_PACK = "spoken-words";
const LENGTHS = [5, 10, 20];
/** Rounds of all lengths: the first ones warm up, the others say which rates to send at. */
const WARM_UPS = 6;
const ROUNDS = 10;
const TRANSPORT_ROUNDS = 12;
const SLICES = 24;
const SLICE_SECONDS = 10;
/** Of the isolate's time, at each load run. */
const UTILISATIONS = [0.3, 0.6];
const COLD_TRIES = 5;
const COLD_CLIP_SECONDS = 5;

/** Everything that is measured. */
export interface Measurements {
  readonly transports: readonly Transport[];
  readonly runs: readonly LoadRun[];
  /** First clip of a fresh isolate, in milliseconds. */
  readonly coldMilliseconds: readonly number[];
  readonly coldWeightBytes: number;
}

/** Boots the Worker, warms it up, runs the loads and then times fresh isolates. */
export async function measure(seed: number): Promise<Measurements> {
  const { directory } = await cachedPack(LOAD_PACK, "q8", SILENT);
  const worker = await bootWorker({});
  const service = await serviceOf(worker, {}, directory, SILENT);
  const send = senderOf(worker, LENGTHS);
  const meanSeconds = async (rounds: number) => {
    let sum = 0;
    for (let round = 0; round < rounds; round++) {
      for (const seconds of LENGTHS) sum += (await send(seconds)).takenSeconds;
    }
    return sum / (rounds * LENGTHS.length);
  };
  try {
    await meanSeconds(WARM_UPS);
    const clipsPerSecondAtMost = 1 / (await meanSeconds(ROUNDS));
    const transports = await measureTransport(send, LENGTHS, TRANSPORT_ROUNDS);
    const runs: LoadRun[] = [];
    for (const [index, utilisation] of UTILISATIONS.entries()) {
      const clipsPerSecond = utilisation * clipsPerSecondAtMost;
      const load = { slices: SLICES, sliceSeconds: SLICE_SECONDS, lengths: LENGTHS };
      runs.push(await loadRun(worker, { ...load, clipsPerSecond, seed: seed + index * SLICES }));
    }
    const coldMilliseconds: number[] = [];
    let coldWeightBytes = 0;
    for (let index = 0; index < COLD_TRIES; index++) {
      await service.restart();
      const startMs = performance.now();
      await service.run(speechLikeClip(COLD_CLIP_SECONDS));
      coldMilliseconds.push(performance.now() - startMs);
      coldWeightBytes = await service.readWeightBytes();
    }
    return { transports, runs, coldMilliseconds, coldWeightBytes };
  } finally {
    await worker.stop();
  }
}
