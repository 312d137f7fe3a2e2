/** A clip's bytes as they arrive → the mono 16 kHz samples that a model takes. */
import { UndertoneError } from "../errors.ts";
import { requireDescribed } from "./budget/bounds.ts";
import { createDecodeBudget, type DecodeBudget } from "./budget/budget.ts";
import { createPace, paced } from "./budget/pace.ts";
import type { GiveWay } from "./budget/turns.ts";
import { timedArrival } from "./bytes/arrival.ts";
import { byteSource, type Pieces } from "./bytes/source.ts";
import { type ClipBuilder, createClipBuilder } from "./clip/builder.ts";
import type { ClipInfo, ClipLimits, ClipSelection } from "./clip.ts";
import type { CodecModules } from "./codecs/wasm/modules.ts";
import { decodeClip } from "./decode.ts";
import type { DecodeContext, DecoderFinding } from "./decoder.ts";

/** The selection and the limits of a clip. */
export interface ClipRequest {
  readonly selection: ClipSelection;
  readonly limits: ClipLimits;
  readonly signal?: AbortSignal | undefined;
}

/** The same, with codecs and turns. */
export interface PrepareOptions extends ClipRequest {
  readonly codecs: CodecModules;
  /** Lets other work in, by turns where a thread decodes several clips. */
  readonly giveWay?: GiveWay | undefined;
}

/** Prepares clips somewhere, as `prepareClip` does here. */
export type PrepareClip = (pieces: Pieces, request: ClipRequest) => Promise<PreparedClip>;

/** A clip made ready, and what was known of it before. */
export interface PreparedClip {
  readonly info: ClipInfo;
  /** Mono, 16 kHz, full scale ±1, not normalised. */
  readonly samples: Float32Array;
  /** Milliseconds, the wait for bytes left out; `resampleMs` has the mixing in it. */
  readonly timings: { readonly decodeMs: number; readonly resampleMs: number };
}

/**
 * Decodes a clip, takes the channel and the part that are asked for, and resamples to 16 kHz, all of it block by block:
 * nothing is held whole but the resampled samples. Pieces are pulled only as far as the part goes.
 * @throws UndertoneError what `decodeClip` and the clip builder throw; `request-aborted` once `signal` is aborted.
 */
export async function prepareClip(pieces: Pieces, options: PrepareOptions): Promise<PreparedClip> {
  const startMs = performance.now();
  const arrival = timedArrival(pieces);
  const pace = createPace(options.signal, options.giveWay);
  const budget = createDecodeBudget(pace);
  const receiver = createReceiver(options, budget);
  let resampleMs = 0;
  const source = byteSource(arrival.pieces, budget);
  for await (const block of paced(decodeClip(source, receiver.context), pace)) {
    const beginMs = performance.now();
    const clip = receiver.clip();
    clip.add(block);
    resampleMs += performance.now() - beginMs;
    if (clip.isComplete) break;
  }
  const prepared = receiver.clip().finish(receiver.isDamaged());
  const decodeMs = performance.now() - startMs - arrival.waitedMs() - resampleMs;
  return { ...prepared, timings: { decodeMs, resampleMs } };
}

/** The context of a decoder: it begins the clip once the decoder has described it. */
function createReceiver({ selection, limits, codecs }: PrepareOptions, budget: DecodeBudget) {
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
      begun = createClipBuilder(description, selection, limits);
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
    clip(): ClipBuilder {
      if (begun !== undefined) return begun;
      throw new UndertoneError("clip-damaged", "No audio could be decoded; send the file again.");
    },
  };
}
