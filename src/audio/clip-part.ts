/** The part of a clip that is used: counted out as blocks arrive, within the bounds of a clip. */
import { UndertoneError } from "../errors.ts";
import type { ClipLimits, ClipSelection } from "./clip.ts";

/** Counts frames from the start of the file. */
export interface ClipPart {
  /** Frames decoded so far. */
  readonly decodedFrames: number;
  /** Frames so far that belong to the part. */
  readonly usedFrames: number;
  /** Whether all of the part has gone by. */
  readonly isOver: boolean;
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
  const startFrame = Math.round(startSeconds * sampleRateHz);
  const endFrame = Math.round(endSeconds * sampleRateHz);
  let decodedFrames = 0;
  let usedFrames = 0;
  return {
    get decodedFrames() {
      return decodedFrames;
    },
    get usedFrames() {
      return usedFrames;
    },
    get isOver() {
      return decodedFrames >= endFrame;
    },
    take(frames) {
      const begin = Math.min(frames, Math.max(0, startFrame - decodedFrames));
      const end = Math.max(begin, Math.min(frames, endFrame - decodedFrames));
      decodedFrames += frames;
      usedFrames += end - begin;
      if (usedFrames > limits.maxClipSeconds * sampleRateHz) throw tooLong(limits);
      const neededFrames = Math.min(decodedFrames, endFrame);
      if (neededFrames > maxDecodedSeconds * sampleRateHz) throw tooFarIn(maxDecodedSeconds);
      return { begin, end };
    },
  };
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
