/** One thread that decodes clips, as the thread that serves requests sees it. */
import type { Worker } from "node:worker_threads";
import { clientGone } from "../../../audio/budget/pace.ts";
import type { Pieces } from "../../../audio/bytes/source.ts";
import type { ClipRequest, PrepareClip, PreparedClip } from "../../../audio/prepare.ts";
import { errorOf } from "../../../failure.ts";
import { watchThread } from "../thread-life.ts";
import type { DecoderReply, DecoderRequest } from "./messages.ts";

/** A decoder in another thread; it decodes any number of clips at once, in slices. */
export interface RemoteDecoder {
  /** Clips that it has begun and not ended. */
  readonly clips: number;
  /**
   * Prepares a clip there. Pieces are pulled as they are used, and little further.
   * @throws UndertoneError what `prepareClip` throws, `engine-crashed` if the thread ends before it is done; and what `pieces`
   *   throws.
   */
  readonly prepare: PrepareClip;
  /** Ends the thread. */
  stop(): Promise<void>;
}

/** Larger pieces are sent in several. */
const PORTION_BYTES = 2 ** 18;
/** Portions that are on their way to the thread or wait there, for each clip. */
const PORTIONS_AHEAD = 4;

interface Pending {
  resolve(clip: PreparedClip): void;
  reject(error: unknown): void;
  /** The thread has taken a portion. */
  taken(): void;
  /** The thread has a part of the samples, and waits until it is taken. */
  part(samples: Float32Array<ArrayBuffer>): void;
}

/**
 * Takes charge of a thread that runs decoders/thread.ts.
 * @param crash is told if it ends though nobody had stopped it
 */
export function remoteDecoder(worker: Worker, crash: (reason: string) => void): RemoteDecoder {
  const pending = new Map<number, Pending>();
  let lastId = 0;
  const post = (request: DecoderRequest, transfer: ArrayBuffer[] = []) =>
    worker.postMessage(request, transfer);

  worker.on("message", (reply: DecoderReply) => {
    const clip = pending.get(reply.id);
    if (reply.kind === "taken") clip?.taken();
    else if (reply.kind === "part") clip?.part(reply.samples);
    else if (reply.kind === "prepared") clip?.resolve(reply.clip);
    else clip?.reject(errorOf(reply.failure));
  });
  const life = watchThread(worker, "Decoding", {
    ended(error) {
      for (const { reject } of pending.values()) reject(error);
    },
    crashed: crash,
  });

  return {
    get clips() {
      return pending.size;
    },
    async prepare(pieces, { selection, limits, signal, spill }) {
      life.requireAlive();
      const id = ++lastId;
      const window = portionWindow(PORTIONS_AHEAD);
      let isOver = false;
      const send = async () => {
        for await (const bytes of portionsOf(pieces)) {
          await window.enter();
          if (isOver) return;
          post({ kind: "bytes", id, bytes }, [bytes.buffer]);
        }
        post({ kind: "end", id });
      };
      const abort = () => pending.get(id)?.reject(clientGone());
      try {
        return await new Promise<PreparedClip>((resolve, reject) => {
          const part = (samples: Float32Array<ArrayBuffer>) =>
            void spill?.take(samples).then(() => post({ kind: "spilled", id }), reject);
          pending.set(id, { resolve, reject, taken: window.leave, part });
          const partSamples = spill?.partSamples ?? null;
          post({ kind: "begin", id, ...postable({ selection, limits }), partSamples });
          signal?.addEventListener("abort", abort, { once: true });
          if (signal?.aborted) abort();
          send().catch(reject);
        });
      } catch (error) {
        post({ kind: "abort", id });
        throw error;
      } finally {
        isOver = true;
        window.leave();
        pending.delete(id);
        signal?.removeEventListener("abort", abort);
      }
    },
    stop: () => life.stop(),
  };
}

/** Copies of the pieces' bytes, each in a buffer of its own, which can be moved. */
async function* portionsOf(pieces: Pieces): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  for await (const piece of pieces) {
    for (let at = 0; at < piece.length; at += PORTION_BYTES) {
      yield new Uint8Array(piece.subarray(at, at + PORTION_BYTES));
    }
  }
}

/** Lets in so many at a time. */
function portionWindow(size: number) {
  let inside = 0;
  let wake = () => {};
  return {
    async enter(): Promise<void> {
      if (inside >= size) {
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
      inside++;
    },
    leave(): void {
      inside--;
      wake();
    },
  };
}

/** The members that the thread uses: whole settings and options may hold more than can be posted, or should be. */
function postable({ selection, limits }: Omit<ClipRequest, "signal">) {
  const { channel, track, startSeconds, endSeconds } = selection;
  const { maxClipSeconds, maxDecodedSeconds } = limits;
  return {
    selection: { channel, track, startSeconds, endSeconds },
    limits: { maxClipSeconds, maxDecodedSeconds },
  };
}
