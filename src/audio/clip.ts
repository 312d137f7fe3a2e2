/** Facts about a clip, and the selection of a part of it. */
import type { ChannelChoice } from "./clip/channel.ts";
import type { ClipDescription, DecoderFinding } from "./decoder.ts";

/** Something odd about a clip that was computed all the same. */
export interface ClipWarning {
  /**
   * `clipped`: flattened peaks; `truncated`: it ends before its header says, or is damaged there; `silence`; and what a
   * decoder noticed.
   */
  readonly code: "clipped" | "truncated" | "silence" | DecoderFinding;
  readonly detail: string;
  /** Of `clipped`: how many samples, in all channels that were used. */
  readonly samples?: number;
  /** Of `truncated`: how many were decoded, from the start of the file. Of what a decoder noticed: where it was first. */
  readonly seconds?: number;
  /** Of what a decoder noticed: how many times. */
  readonly count?: number;
}

/** A clip as it was received, and what was made of it. */
export interface ClipInfo extends ClipDescription {
  /** The length of the part that was used: all of it, unless `startSeconds` or `endSeconds` are given. */
  readonly seconds: number;
  readonly channel: ChannelChoice;
  /** Only if asked for. */
  readonly startSeconds?: number;
  /** Only if asked for; it may lie beyond the end of the clip. */
  readonly endSeconds?: number;
  readonly warnings: readonly ClipWarning[];
}

/** Which track, channel and part of a clip to use. */
export interface ClipSelection {
  readonly channel: ChannelChoice;
  /** Which of the file's audio tracks, from 0; the first that can be read if left out. */
  readonly track?: number | undefined;
  readonly startSeconds?: number | undefined;
  readonly endSeconds?: number | undefined;
}

export const WHOLE_CLIP: ClipSelection = { channel: "mix" };

/** Bounds on a clip, checked while it is decoded. */
export interface ClipLimits {
  /** Of the part that is used. */
  readonly maxClipSeconds: number;
  /** From the start of the file, what comes before the part that is used included. */
  readonly maxDecodedSeconds: number;
}
