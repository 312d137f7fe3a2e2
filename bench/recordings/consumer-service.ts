/** workerd with several consumers of jobs, whose memory is watched. */
import { setTimeout as pause } from "node:timers/promises";
import type { Store } from "../../src/store/store.ts";
import { bootBuiltWorker } from "../../support/runtimes/built-worker.ts";
import {
  type IsolateMemory,
  WATCH_WASM,
  watchIsolate,
} from "../../support/runtimes/isolate-memory.ts";
import { consumerNames, SPREAD_QUEUE, spreadConsumers } from "./consumers.ts";
import { askedBy, copyPacks, type RecordingService, triesOnce } from "./services.ts";
import { KEEP_WINDOWS, kept, triesOf } from "./tries.ts";

const SAMPLE_MS = 200;

/** The service, and what its isolates held. */
export interface ConsumerRecordings extends RecordingService {
  /** The most bytes that each isolate held at once, by the name of its Worker. */
  peaks(): ReadonlyMap<string, number>;
}

/** Starts it with these packs. */
export async function startConsumerRecordings(
  packs: Store,
  count: number,
  isWatched: boolean,
): Promise<ConsumerRecordings> {
  const options = {
    ...{ prelude: WATCH_WASM, isInspected: isWatched, leavesQueue: SPREAD_QUEUE },
    vars: { ALLOW_PRIVATE_URLS: "1" },
    internet: ({ url }: Request) => fetch(url),
  };
  const others = await spreadConsumers(count, options);
  const worker = await bootBuiltWorker({ ...options, others });
  await copyPacks(packs, worker.packs);
  for (const statement of KEEP_WINDOWS) await worker.database.run(statement);
  const peaks = new Map<string, number>();
  const stopping = new AbortController();
  const names = isWatched ? ["undertone", ...consumerNames(count)] : [];
  const watching = names.map(async (name) => {
    const watch = await watchIsolate(await worker.inspectorUrl(), name);
    while (!stopping.signal.aborted) {
      const { totalBytes }: IsolateMemory = await watch.sample();
      peaks.set(name, Math.max(totalBytes, peaks.get(name) ?? 0));
      await pause(SAMPLE_MS);
    }
    watch.close();
  });
  return {
    ...askedBy((path, init) => worker.fetch(path, init)),
    tries: (jobId) => triesOnce(async () => triesOf(await worker.database.first(kept(jobId)))),
    killAndRestart() {
      throw new Error("workerd with several consumers is not killed: leave --consumers out.");
    },
    peaks: () => peaks,
    async stop() {
      stopping.abort();
      await Promise.all(watching);
      await worker.stop();
    },
  };
}
