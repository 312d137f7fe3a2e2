/** The decoders of a Node server: a few threads beside those of its engines, which compute for seconds on end. */
import { Worker } from "node:worker_threads";
import type { PrepareClip } from "../../../audio/prepare.ts";
import type { LogEntry } from "../../../log.ts";
import { type RemoteDecoder, remoteDecoder } from "./decoder.ts";

const SCRIPT = new URL("./thread.ts", import.meta.url);

/** The parts of the decoders. */
export interface NodeDecodersParts {
  /** Threads. */
  readonly decoders: number;
  /** Starts a thread that runs decoders/thread.ts. */
  startThread?(): Worker;
  log(entry: LogEntry): void;
}

/** Decoders that clips are prepared with. */
export interface NodeDecoders {
  /**
   * Prepares a clip in the thread that has the fewest.
   * @throws UndertoneError what `RemoteDecoder.prepare` throws.
   */
  readonly prepare: PrepareClip;
  /** Ends all threads. */
  close(): Promise<void>;
}

/** Starts a thread that decodes. */
export function startDecoderThread(): Worker {
  return new Worker(SCRIPT, { name: "undertone-decoder" });
}

/** Starts the decoders. A thread that crashes is replaced when it is next needed. */
export function startNodeDecoders(parts: NodeDecodersParts): NodeDecoders {
  const { decoders, startThread = startDecoderThread, log } = parts;
  const all = new Set<RemoteDecoder>();

  const start = (): RemoteDecoder => {
    const decoder = remoteDecoder(startThread(), (message) => {
      log({ level: "error", event: "decoder-crashed", message });
      all.delete(decoder);
    });
    all.add(decoder);
    return decoder;
  };
  for (let count = 0; count < decoders; count++) start();

  return {
    async prepare(pieces, request) {
      if (all.size < decoders) start();
      const [least] = [...all].sort((one, other) => one.clips - other.clips);
      return (least as RemoteDecoder).prepare(pieces, request);
    },
    async close() {
      await Promise.all([...all].map((decoder) => decoder.stop()));
    },
  };
}
