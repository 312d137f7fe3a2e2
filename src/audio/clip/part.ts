/** The part of a clip that is used: counted out as blocks arrive, within the bounds of a clip. */
import { UndertoneError } from "../../errors.ts";
import type { ClipLimits, ClipSelection } from "../clip.ts";

/** The rounding error of sums of seconds, in frames. */
const ROUNDING_FRAMES = 1e-3;

/** Counts frames from the start of the file. */
export interface ClipPart {
  /** Seconds decoded so far. */
  readonly decodedSeconds: number;
  /** Seconds so far that belong to the part. */
  readonly usedSeconds: number;
  /** True if all of the part has gone by. */
  readonly isOver: boolean;
  /** Says the rate of the frames that come from now on. */
  changeRate(sampleRateHz: number): void;
  /**
   * Takes the next frames; gives which of them belong to the part, from `begin` to before `end`.
   * @throws UndertoneError `clip-too-long` once the part, or all that was decoded to get there, exceeds its bound.
   */
  take(frames: number): { readonly begin: number; readonly end: number };
}

/**
 * Begins before the first frame.
 * @throws UndertoneError `clip-too-long` if the part begins further in than a clip is decoded.
 */
export function createClipPart(
  sampleRateHz: number,
  { startSeconds = 0, endSeconds = Infinity }: ClipSelection,
  limits: ClipLimits,
): ClipPart {
  const maxDecodedSeconds = Math.max(limits.maxDecodedSeconds, limits.maxClipSeconds);
  if (startSeconds >= maxDecodedSeconds) throw tooFarIn(maxDecodedSeconds);
  let stretch = beginStretch(sampleRateHz, 0, 0);

  const decodedSeconds = () => stretch.atSeconds + stretch.decodedFrames / stretch.rateHz;
  const usedSeconds = () => stretch.usedBeforeSeconds + stretch.usedFrames / stretch.rateHz;
  /** The place in the stretch of a time from the start of the file; before its start for earlier times. */
  const frameAt = (seconds: number) => Math.round((seconds - stretch.atSeconds) * stretch.rateHz);

  return {
    get decodedSeconds() {
      return decodedSeconds();
    },
    get usedSeconds() {
      return usedSeconds();
    },
    get isOver() {
      return stretch.decodedFrames >= frameAt(endSeconds);
    },
    changeRate(rateHz) {
      stretch = beginStretch(rateHz, decodedSeconds(), usedSeconds());
    },
    take(frames) {
      const { decodedFrames, rateHz } = stretch;
      const endFrame = frameAt(endSeconds);
      const begin = Math.min(frames, Math.max(0, frameAt(startSeconds) - decodedFrames));
      const end = Math.max(begin, Math.min(frames, endFrame - decodedFrames));
      stretch.decodedFrames += frames;
      stretch.usedFrames += end - begin;
      const usableSeconds = limits.maxClipSeconds - stretch.usedBeforeSeconds;
      if (stretch.usedFrames > usableSeconds * rateHz + ROUNDING_FRAMES) throw tooLong(limits);
      const neededFrames = Math.min(stretch.decodedFrames, endFrame);
      const decodableSeconds = maxDecodedSeconds - stretch.atSeconds;
      if (neededFrames > decodableSeconds * rateHz + ROUNDING_FRAMES)
        throw tooFarIn(maxDecodedSeconds);
      return { begin, end };
    },
  };
}

/** Frames of one rate that follow each other. */
interface Stretch {
  readonly rateHz: number;
  /** Its start in the file. */
  readonly atSeconds: number;
  readonly usedBeforeSeconds: number;
  decodedFrames: number;
  usedFrames: number;
}

function beginStretch(rateHz: number, atSeconds: number, usedBeforeSeconds: number): Stretch {
  return { rateHz, atSeconds, usedBeforeSeconds, decodedFrames: 0, usedFrames: 0 };
}

function tooLong({ maxClipSeconds }: ClipLimits): UndertoneError {
  return new UndertoneError(
    "clip-too-long",
    `The clip lasts longer than the ${maxClipSeconds} s that are taken; send a shorter one, or choose a part of it with start and end.`,
    { maxClipSeconds },
  );
}

function tooFarIn(maxDecodedSeconds: number): UndertoneError {
  return new UndertoneError(
    "clip-too-long",
    `The part asked for does not end within the first ${maxDecodedSeconds} s of the clip, and no more of it is decoded; cut the clip and send that part.`,
    { maxDecodedSeconds },
  );
}
