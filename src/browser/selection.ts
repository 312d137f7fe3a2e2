/** Which track, channel and part of a clip a page asks for. */
import type { ChannelChoice } from "../audio/clip/channel.ts";
import type { ClipSelection } from "../audio/clip.ts";
import { UndertoneError } from "../errors.ts";

/** As of `POST /v1/features`, with its defaults for what is left out. */
export interface SelectionRequest {
  /** Which of the file's audio tracks, from 0; the first that can be decoded by default. */
  readonly track?: number;
  /** All channels mixed, or one of them: `left` is 0, `right` is 1, others by index; `mix` by default. */
  readonly channel?: ChannelChoice;
  /** The start of the used part in seconds; 0 by default. */
  readonly startSeconds?: number;
  /** The end of the used part in seconds; the clip's end by default. */
  readonly endSeconds?: number;
}

/**
 * What a page asks for; types are not checked where it is written in JavaScript.
 * @throws UndertoneError `invalid-option`.
 */
export function selectionOf(request: SelectionRequest): ClipSelection {
  const { track, channel = "mix", startSeconds = 0, endSeconds = Infinity } = request;
  if (track !== undefined && !isIndex(track)) {
    throw invalid("track has to be the index of an audio track, from 0.");
  }
  if (channel !== "mix" && channel !== "left" && channel !== "right" && !isIndex(channel)) {
    throw invalid('channel has to be "mix", "left", "right" or the index of a channel, from 0.');
  }
  if (!(startSeconds >= 0 && endSeconds > startSeconds)) {
    throw invalid(
      "startSeconds has to be a number of seconds from 0, and endSeconds a larger one.",
    );
  }
  return {
    channel,
    track,
    startSeconds: request.startSeconds,
    endSeconds: request.endSeconds,
  };
}

function isIndex(value: number): boolean {
  return Number.isInteger(value) && value >= 0;
}

function invalid(message: string): UndertoneError {
  return new UndertoneError("invalid-option", message);
}
