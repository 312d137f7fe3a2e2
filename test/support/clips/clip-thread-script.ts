/** A thread that prepares clips, so that one it hangs on can be told and left: see clip-thread.ts. */
import { parentPort } from "node:worker_threads";
import { WHOLE_CLIP } from "../../../src/audio/clip.ts";
import { nodeCodecs } from "../../../src/audio/codecs/wasm/node.ts";
import { prepareClip } from "../../../src/audio/prepare.ts";
import { UndertoneError } from "../../../src/errors.ts";
import { collectGarbage } from "../../../support/collect-garbage.ts";
import { inPieces } from "../../../support/decoding/decode-all.ts";
import { watchWasmMemory } from "../../../support/wasm-memory.ts";

/** A clip to prepare, or null to collect garbage and tell what WASM instances still hold. */
export type Question = Uint8Array | null;

/** What became of a clip. */
export type Outcome =
  | { readonly kind: "samples"; readonly count: number; readonly areFinite: boolean }
  | { readonly kind: "refused"; readonly slug: string; readonly message: string }
  | { readonly kind: "crashed"; readonly message: string };

/** And what the thread's processor time for it was. */
export type TimedOutcome = Outcome & { readonly processorMs: number };

const PIECE_BYTES = 1_499;
const limits = { maxClipSeconds: 30, maxDecodedSeconds: 30 };
const wasmMemory = watchWasmMemory();
const codecs = nodeCodecs();

parentPort?.on("message", async (question: Question) => {
  parentPort?.postMessage(question === null ? await heldWasmBytes() : await timed(question));
});

async function timed(bytes: Uint8Array): Promise<TimedOutcome> {
  const before = process.threadCpuUsage();
  const outcome = await outcomeOf(bytes);
  const { user, system } = process.threadCpuUsage(before);
  return { ...outcome, processorMs: (user + system) / 1000 };
}

async function outcomeOf(bytes: Uint8Array): Promise<Outcome> {
  try {
    const pieces = inPieces(bytes, [PIECE_BYTES]);
    const { samples } = await prepareClip(pieces, { selection: WHOLE_CLIP, limits, codecs });
    return { kind: "samples", count: samples.length, areFinite: samples.every(Number.isFinite) };
  } catch (error) {
    if (!(error instanceof UndertoneError)) return { kind: "crashed", message: stackOf(error) };
    return { kind: "refused", slug: error.slug, message: error.message };
  }
}

async function heldWasmBytes(): Promise<number> {
  wasmMemory.takeMadeBytes();
  await collectGarbage();
  return wasmMemory.heldBytes();
}

function stackOf(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
