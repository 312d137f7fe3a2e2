/** Blocks of decoded samples → the mono 16 kHz samples of the part that is used, and what is to be said of them. */
import { UndertoneError } from "../errors.ts";
import { chosenChannels } from "./channel.ts";
import type { ClipInfo, ClipLimits, ClipSelection } from "./clip.ts";
import { createClipPart } from "./clip-part.ts";
import { clipWarnings, type NoticedAt } from "./clip-warnings.ts";
import type { AudioBlock, ClipDescription, DecoderFinding } from "./decoder.ts";
import { growingSamples } from "./growing-samples.ts";
import { createLevelMeter } from "./level.ts";
import { mixToMono } from "./mix.ts";
import { createResampler } from "./resample.ts";

/** Takes a clip block by block; holds nothing of it but its 16 kHz samples. */
export interface ClipBuilder {
  /** Whether what was asked for is complete, so that nothing more need be decoded. */
  readonly isComplete: boolean;
  /**
   * Takes the next block.
   * @throws UndertoneError `clip-too-long`, `clip-samples-not-finite`, `clip-damaged`.
   */
  add(block: AudioBlock): void;
  /** Keeps what the decoder noticed at this place. */
  notice(finding: DecoderFinding): void;
  /**
   * Ends the clip.
   * @param isDamaged whether the decoder said so
   * @throws UndertoneError `clip-too-short`, `start-out-of-range`.
   */
  finish(isDamaged: boolean): { readonly info: ClipInfo; readonly samples: Float32Array };
}

/**
 * Begins a clip.
 * @throws UndertoneError `channel-out-of-range`, `sample-rate-unsupported`, `clip-too-long`.
 */
export function createClipBuilder(
  description: ClipDescription,
  selection: ClipSelection,
  limits: ClipLimits,
): ClipBuilder {
  const { sampleRateHz } = description;
  const used = chosenChannels(selection.channel, description.channels);
  const part = createClipPart(sampleRateHz, selection, limits);
  const level = createLevelMeter(description);
  const resampler = createResampler(sampleRateHz);
  const samples = growingSamples();
  const noticed = new Map<DecoderFinding, NoticedAt>();

  const use = (channels: readonly Float32Array[], first: number) => {
    level.watch(channels, first);
    samples.append(resampler.push(mixToMono(channels)));
  };

  return {
    get isComplete() {
      return part.isOver;
    },
    add({ channels }) {
      if (channels.length !== description.channels) throw changedChannels(description, channels);
      const first = part.decodedFrames;
      const { begin, end } = part.take((channels[0] as Float32Array).length);
      if (begin === end) return;
      const chosen = used.map((index) => (channels[index] as Float32Array).subarray(begin, end));
      use(chosen, first + begin);
    },
    notice(finding) {
      const { seconds, count } = noticed.get(finding) ?? {
        seconds: part.decodedFrames / sampleRateHz,
        count: 0,
      };
      noticed.set(finding, { seconds, count: count + 1 });
    },
    finish(isDamaged) {
      if (part.usedFrames === 0) throw nothingUsed(selection, part.decodedFrames / sampleRateHz);
      samples.append(resampler.flush());
      const resampled = samples.take();
      const { channel, startSeconds, endSeconds } = selection;
      const info = {
        ...description,
        seconds: part.usedFrames / sampleRateHz,
        channel,
        ...(startSeconds !== undefined && { startSeconds }),
        ...(endSeconds !== undefined && { endSeconds }),
        warnings: clipWarnings({
          clippedSamples: level.clippedSamples(),
          damagedAfterSeconds: isDamaged ? part.decodedFrames / sampleRateHz : null,
          noticed,
          samples: resampled,
        }),
      };
      return { info, samples: resampled };
    },
  };
}

function changedChannels(
  description: ClipDescription,
  channels: readonly Float32Array[],
): UndertoneError {
  return new UndertoneError(
    "clip-damaged",
    `The clip begins with ${description.channels} channels and goes on with ${channels.length}; export it anew with one number of channels.`,
  );
}

function nothingUsed({ startSeconds = 0 }: ClipSelection, seconds: number): UndertoneError {
  if (startSeconds > 0 && startSeconds >= seconds) {
    return new UndertoneError(
      "start-out-of-range",
      `The clip ends at ${seconds.toFixed(3)} s, and the part asked for begins at ${startSeconds} s; choose an earlier start.`,
      { seconds },
    );
  }
  return new UndertoneError(
    "clip-too-short",
    "The part of the clip that is used holds no samples; choose a longer one.",
    { samples: 0 },
  );
}
