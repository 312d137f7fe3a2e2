/** The measurements that the simulation stands on, and the load runs that it is compared with, in local workerd. */

import { bootWorker } from "../../support/runtimes/workerd.ts";
import { cachedPack, SILENT } from "../models.ts";
import { speechLikeClip } from "../speech-clip.ts";
import { median } from "../statistics.ts";
import { serviceOf } from "../subjects/service.ts";
import { type Calibration, calibrate, type LoadRun, loadRun } from "./load-run.ts";

/** The pack of the load runs: small, so that a minute has hundreds of clips. */
export const LOAD_PACK = "spoken-words";
const LENGTHS = [5, 10, 20];
const ROUNDS = 40;
const WARM_UPS = 4;
const RUN_SECONDS = 75;
/** Of the isolate's time, at each load run. */
const UTILISATIONS = [0.3, 0.6];
const COLD_TRIES = 5;
const COLD_CLIP_SECONDS = 5;

/** Everything that is measured. */
export interface Measurements {
  readonly calibration: Calibration;
  readonly runs: readonly LoadRun[];
  /** First clip of a fresh isolate, in milliseconds. */
  readonly coldMilliseconds: readonly number[];
  readonly coldWeightBytes: number;
}

/** Boots the Worker, calibrates, runs the loads and then times fresh isolates. */
export async function measure(seed: number): Promise<Measurements> {
  const { directory } = await cachedPack(LOAD_PACK, "q8", SILENT);
  const worker = await bootWorker({});
  const service = await serviceOf(worker, {}, directory, SILENT);
  try {
    await calibrate(worker, LENGTHS, WARM_UPS);
    const calibration = await calibrate(worker, LENGTHS, ROUNDS);
    const meanMs =
      calibration.reduce((sum, { milliseconds }) => sum + median(milliseconds), 0) / LENGTHS.length;
    const runs: LoadRun[] = [];
    for (const [index, utilisation] of UTILISATIONS.entries()) {
      const clipsPerSecond = (utilisation * 1000) / meanMs;
      const request = { seconds: RUN_SECONDS, clipsPerSecond, lengths: LENGTHS };
      runs.push(await loadRun(worker, { ...request, seed: seed + index }));
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
    return { calibration, runs, coldMilliseconds, coldWeightBytes };
  } finally {
    await worker.stop();
  }
}
