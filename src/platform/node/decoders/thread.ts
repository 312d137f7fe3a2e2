/** A worker thread of Node that decodes clips for decoders/decoders.ts, so that the thread that serves requests only moves bytes. */
import { parentPort } from "node:worker_threads";
import { createTurns } from "../../../audio/budget/turns.ts";
import { nodeCodecs } from "../../../audio/codecs/wasm/node.ts";
import { prepareClip } from "../../../audio/prepare.ts";
import { failureOf } from "../../../failure.ts";
import type { DecoderReply, DecoderRequest } from "./messages.ts";

/** The bytes of a clip as they come. */
interface Arriving {
  readonly bytes: Uint8Array[];
  readonly abort: AbortController;
  hasEnded: boolean;
  /** Wakes the reader, if one waits. */
  wake(): void;
  /** Tells that a part of the samples was taken. */
  spilled(): void;
}

const codecs = nodeCodecs();
const giveWay = createTurns();
const arriving = new Map<number, Arriving>();

parentPort?.on("message", (request: DecoderRequest) => {
  if (request.kind === "begin") return void prepare(request);
  const clip = arriving.get(request.id);
  if (clip === undefined) return;
  if (request.kind === "spilled") return clip.spilled();
  if (request.kind === "bytes") clip.bytes.push(request.bytes);
  else clip.hasEnded = true;
  if (request.kind === "abort") clip.abort.abort();
  clip.wake();
});

async function prepare(request: DecoderRequest & { kind: "begin" }) {
  const { id, selection, limits, partSamples } = request;
  const abort = new AbortController();
  const clip: Arriving = { bytes: [], abort, hasEnded: false, wake() {}, spilled() {} };
  arriving.set(id, clip);
  try {
    const { signal } = abort;
    const prepared = await prepareClip(piecesOf(id, clip), {
      selection,
      limits,
      codecs,
      signal,
      giveWay,
      ...(partSamples !== null && { spill: { partSamples, take: spillTo(id, clip) } }),
    });
    reply({ kind: "prepared", id, clip: prepared }, [prepared.samples.buffer as ArrayBuffer]);
  } catch (error) {
    reply({ kind: "failure", id, failure: failureOf(error) });
  } finally {
    arriving.delete(id);
  }
}

/** Sends parts to the server, which says when each has been taken; a clip that was given up is not waited for. */
function spillTo(id: number, clip: Arriving) {
  return async (samples: Float32Array<ArrayBuffer>): Promise<void> => {
    const taken = new Promise<void>((resolve) => {
      clip.spilled = resolve;
      clip.abort.signal.addEventListener("abort", () => resolve(), { once: true });
    });
    reply({ kind: "part", id, samples }, [samples.buffer]);
    await taken;
  };
}

async function* piecesOf(id: number, clip: Arriving): AsyncGenerator<Uint8Array> {
  for (;;) {
    const piece = clip.bytes.shift();
    if (piece !== undefined) {
      reply({ kind: "taken", id });
      yield piece;
    } else if (clip.hasEnded) return;
    else {
      await new Promise<void>((resolve) => {
        clip.wake = resolve;
      });
    }
  }
}

function reply(message: DecoderReply, transfer: ArrayBuffer[] = []): void {
  parentPort?.postMessage(message, transfer);
}
