/** A clip's bytes as they arrive → the mono 16 kHz samples that a model takes. */
import { UndertoneError } from "../errors.ts";
import type { LedgerEntry } from "../ledger.ts";
import { requireDescribed } from "./budget/bounds.ts";
import { createDecodeBudget, type DecodeBudget } from "./budget/budget.ts";
import { clientGone, createPace, paced } from "./budget/pace.ts";
import type { GiveWay } from "./budget/turns.ts";
import { timedArrival } from "./bytes/arrival.ts";
import { byteSource, type Pieces } from "./bytes/source.ts";
import { type ClipBuilder, createClipBuilder } from "./clip/builder.ts";
import { type Spill, sampleParts } from "./clip/sample-parts.ts";
import type { ClipInfo, ClipLimits, ClipSelection } from "./clip.ts";
import type { CodecModules } from "./codecs/wasm/modules.ts";
import { decodeClip } from "./decode.ts";
import type { DecodeContext, DecoderFinding } from "./decoder.ts";

/** The selection and the limits of a clip. */
export interface ClipRequest {
  readonly selection: ClipSelection;
  readonly limits: ClipLimits;
  readonly signal?: AbortSignal | undefined;
  /** Where decoding is counted, and in the end the samples; threads of their own do not count. */
  readonly memory?: LedgerEntry | undefined;
  /** Takes the samples of a long clip while it is decoded; without it all are kept. */
  readonly spill?: Spill | undefined;
}

/** The same, with codecs and turns. */
export interface PrepareOptions extends ClipRequest {
  readonly codecs: CodecModules;
  /** Lets other work in, by turns where a thread decodes several clips. */
  readonly giveWay?: GiveWay | undefined;
}

/** Prepares clips somewhere, as `prepareClip` does here. */
export type PrepareClip = (pieces: Pieces, request: ClipRequest) => Promise<PreparedClip>;

/**
 * A codec's instance, its tables and frames, the resampler's filter, and the samples of four seconds; the largest codec that is
 * common has 1.1 MB.
 */
const DECODER_BYTES = 2_000_000;
const FREE_SAMPLE_BYTES = 2 ** 19;

/** A clip made ready, and what was known of it before. */
export interface PreparedClip {
  readonly info: ClipInfo;
  /** Mono, 16 kHz, full scale ±1, not normalised; those that were not spilled. */
  readonly samples: Float32Array;
  /** Milliseconds, the wait for bytes left out; `resampleMs` has the mixing in it. */
  readonly timings: { readonly decodeMs: number; readonly resampleMs: number };
}

/**
 * Decodes a clip, takes the channel and the part that are asked for, and resamples to 16 kHz, all of it block by block:
 * nothing is held whole but the resampled samples, and of long ones no more than a part if they are spilled. Pieces are pulled only as far as the part goes.
 * @throws UndertoneError what `decodeClip` and the clip builder throw; `request-aborted` once `signal` is aborted; `overloaded` if
 *   there is no memory for it.
 */
export async function prepareClip(pieces: Pieces, options: PrepareOptions): Promise<PreparedClip> {
  const startMs = performance.now();
  const arrival = timedArrival(pieces);
  const pace = createPace(options.signal, options.giveWay);
  const budget = createDecodeBudget(pace);
  const receiver = createReceiver(options, budget);
  let resampleMs = 0;
  await waitForMemory(options);
  const source = byteSource(arrival.pieces, budget);
  try {
    for await (const block of paced(decodeClip(source, receiver.context), pace)) {
      const beginMs = performance.now();
      const clip = receiver.clip();
      clip.add(block);
      countSamples(options.memory, clip.heldBytes);
      resampleMs += performance.now() - beginMs;
      for (const part of receiver.fullParts()) await pace.wait(spill(part, options));
      if (clip.isComplete) break;
    }
    const prepared = receiver.clip().finish(receiver.isDamaged());
    for (const part of receiver.fullParts()) await pace.wait(spill(part, options));
    options.memory?.set(prepared.samples.byteLength);
    const decodeMs = performance.now() - startMs - arrival.waitedMs() - resampleMs;
    return { ...prepared, timings: { decodeMs, resampleMs } };
  } catch (error) {
    receiver.discard();
    throw error;
  }
}

async function spill(part: Float32Array<ArrayBuffer>, { spill }: PrepareOptions): Promise<void> {
  await spill?.take(part);
}

/** Waits before the clip is read for the memory of a decoder; it takes the place of the request's clip before, if there was one. */
async function waitForMemory({ memory, signal }: PrepareOptions): Promise<void> {
  memory?.release();
  await memory?.holdSoon(DECODER_BYTES, { signal }).catch((error) => {
    throw signal?.aborted ? clientGone() : error;
  });
}

function countSamples(memory: LedgerEntry | undefined, sampleBytes: number): void {
  const bytes = DECODER_BYTES + Math.max(0, sampleBytes - FREE_SAMPLE_BYTES);
  if (memory !== undefined && bytes > memory.bytes) memory.hold(bytes - memory.bytes);
}

/** The context of a decoder: it begins the clip once the decoder has described it. */
function createReceiver(
  { selection, limits, codecs, spill }: PrepareOptions,
  budget: DecodeBudget,
) {
  const parts = spill && sampleParts(spill.partSamples);
  let begun: ClipBuilder | undefined;
  let isDamaged = false;
  const noticedBefore: DecoderFinding[] = [];
  const context: DecodeContext = {
    codecs,
    track: selection.track,
    budget,
    describe(description) {
      requireDescribed(description);
      if (begun !== undefined) {
        begun.describe(description);
        return;
      }
      begun = createClipBuilder(description, selection, limits, parts);
      for (const finding of noticedBefore.splice(0)) begun.notice(finding);
    },
    damaged() {
      isDamaged = true;
    },
    notice(finding) {
      if (begun !== undefined) begun.notice(finding);
      else if (!noticedBefore.includes(finding)) noticedBefore.push(finding);
    },
  };
  return {
    context,
    isDamaged: () => isDamaged,
    fullParts: () => parts?.fullParts() ?? [],
    discard: () => begun?.discard(),
    clip(): ClipBuilder {
      if (begun !== undefined) return begun;
      throw new UndertoneError("clip-damaged", "No audio could be decoded; send the file again.");
    },
  };
}
