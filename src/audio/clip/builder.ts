/** Blocks of decoded samples → the mono 16 kHz samples of the part that is used, and what is to be said of them. */
import { UndertoneError } from "../../errors.ts";
import type { AudioBlock } from "../block.ts";
import type { ClipInfo, ClipLimits, ClipSelection } from "../clip.ts";
import type { ClipDescription, DecoderFinding } from "../decoder.ts";
import { chosenChannels } from "./channel.ts";
import type { SampleSink } from "./growing-samples.ts";
import { CLIP_START, createLevelMeter } from "./level.ts";
import { monoSamples } from "./mono-samples.ts";
import { createClipPart } from "./part.ts";
import { clipWarnings, type NoticedAt } from "./warnings.ts";

/** Takes a clip block by block; holds nothing of it but its 16 kHz samples. */
export interface ClipBuilder {
  /** True if what was asked for is complete, so that nothing more need be decoded. */
  readonly isComplete: boolean;
  /** Bytes of its samples so far, and of the array that they grow in. */
  readonly heldBytes: number;
  /** Says what the blocks are that come from now on, where that changes. */
  describe(description: ClipDescription): void;
  /**
   * Takes the next block.
   * @throws UndertoneError `clip-too-long`, `clip-samples-not-finite`, `clip-damaged`; `channel-out-of-range` if the clip
   *   goes on with fewer channels than are asked for.
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
  /** Frees the samples of a clip that will not be used. */
  discard(): void;
}

/**
 * Begins a clip.
 * @param first what its first blocks are, which is what the answer tells of it
 * @param sink where samples go; all are kept without it
 * @throws UndertoneError `channel-out-of-range`, `sample-rate-unsupported`, `clip-too-long`.
 */
export function createClipBuilder(
  first: ClipDescription,
  selection: ClipSelection,
  limits: ClipLimits,
  sink?: SampleSink,
): ClipBuilder {
  chosenChannels(selection.channel, first.channels);
  const part = createClipPart(first.sampleRateHz, selection, limits);
  const mono = monoSamples(sink);
  const noticed = new Map<DecoderFinding, NoticedAt>();
  let format = first;
  let formatStart = CLIP_START;
  let level = createLevelMeter(first);
  let clippedBefore = 0;
  let decodedFrames = 0;

  const use = (channels: readonly Float32Array[], fromFrame: number) => {
    const chosen = chosenChannels(selection.channel, format.channels, formatStart.seconds);
    const used = chosen.map((index) => channels[index] as Float32Array);
    level.watch(used, fromFrame);
    mono.add(used, format.sampleRateHz);
  };

  return {
    get isComplete() {
      return part.isOver;
    },
    get heldBytes() {
      return mono.heldBytes;
    },
    describe(next) {
      if (next.sampleRateHz !== format.sampleRateHz) part.changeRate(next.sampleRateHz);
      clippedBefore += level.clippedSamples();
      formatStart = { seconds: part.decodedSeconds, sample: decodedFrames };
      format = next;
      level = createLevelMeter(format, formatStart);
    },
    add({ channels }) {
      if (channels.length !== format.channels) throw changedChannels(format, channels);
      const fromFrame = decodedFrames;
      const frames = (channels[0] as Float32Array).length;
      decodedFrames += frames;
      const { begin, end } = part.take(frames);
      if (begin === end) return;
      const heard = channels.map((samples) => samples.subarray(begin, end));
      use(heard, fromFrame + begin);
    },
    notice(finding) {
      const { seconds, count } = noticed.get(finding) ?? {
        seconds: part.decodedSeconds,
        count: 0,
      };
      noticed.set(finding, { seconds, count: count + 1 });
    },
    finish(isDamaged) {
      if (part.usedSeconds === 0) throw nothingUsed(selection, part.decodedSeconds);
      const samples = mono.take();
      const { channel, track, startSeconds, endSeconds } = selection;
      const info = {
        ...first,
        seconds: part.usedSeconds,
        channel,
        ...(track !== undefined && { track }),
        ...(startSeconds !== undefined && { startSeconds }),
        ...(endSeconds !== undefined && { endSeconds }),
        warnings: clipWarnings({
          clippedSamples: clippedBefore + level.clippedSamples(),
          damagedAfterSeconds: isDamaged ? part.decodedSeconds : null,
          noticed,
          peak: mono.peak(),
        }),
      };
      return { info, samples };
    },
    discard: mono.discard,
  };
}

function changedChannels(
  format: ClipDescription,
  channels: readonly Float32Array[],
): UndertoneError {
  return new UndertoneError(
    "clip-damaged",
    `The clip goes from ${format.channels} channels to ${channels.length} within one stream; export it anew with one number of channels.`,
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
