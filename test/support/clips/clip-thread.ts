/** Prepares clips in a thread of their own, which is stopped when it takes too long for one. */
import { once } from "node:events";
import { Worker } from "node:worker_threads";
import type { Question, TimedOutcome } from "./clip-thread-script.ts";

const SCRIPT = new URL("clip-thread-script.ts", import.meta.url);
const COLLECTION_PATIENCE_MS = 60_000;

/** The thread, which takes one clip at a time. */
export interface ClipThread {
  /** Throws if the clip takes longer than `patienceMs`; the thread is gone then. */
  prepare(bytes: Uint8Array, patienceMs: number): Promise<TimedOutcome>;
  /** What WASM instances hold once garbage is collected. */
  heldWasmBytes(): Promise<number>;
  stop(): Promise<void>;
}

export function startClipThread(): ClipThread {
  const thread = new Worker(SCRIPT);
  const ask = async (question: Question, patienceMs: number) => {
    thread.postMessage(question);
    try {
      const [answer] = await once(thread, "message", { signal: AbortSignal.timeout(patienceMs) });
      return answer;
    } catch (cause) {
      await thread.terminate();
      throw new Error(`no answer within ${patienceMs} ms`, { cause });
    }
  };
  return {
    prepare: (bytes, patienceMs) => ask(bytes, patienceMs),
    heldWasmBytes: () => ask(null, COLLECTION_PATIENCE_MS),
    async stop() {
      await thread.terminate();
    },
  };
}
