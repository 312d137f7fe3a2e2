/** Cuts a track's blocks, as they come, down to what is heard of them. */
import type { AudioBlock } from "../../block.ts";
import type { Packet, TimeWindow } from "../tracks/track.ts";

/** Goes forward through the samples that a track decodes to. */
export interface WindowCutter {
  /** True if nothing that still comes is heard. */
  readonly isOver: boolean;
  /** Goes on by samples that no block has. */
  skip(frames: number): void;
  /**
   * Goes on by a block, which may be of another rate than the one before.
   * @param packet what the block was decoded from.
   * @returns its parts that lie in the windows, less what the packet says is not heard.
   */
  cut(block: AudioBlock, sampleRateHz: number, packet: Packet): AudioBlock[];
}

/** Begins at the first sample. */
export function windowCutter(windows: readonly TimeWindow[]): WindowCutter {
  let position = 0;
  let rateHz = 0;
  let firstOpen = 0;
  return {
    get isOver() {
      return firstOpen === windows.length;
    },
    skip(frames) {
      position += frames;
    },
    cut(block, sampleRateHz, { discardSeconds, longestSeconds = Infinity }) {
      if (rateHz !== 0) position = Math.round((position * sampleRateHz) / rateHz);
      rateHz = sampleRateHz;
      const frameOf = (seconds: number) => Math.round(seconds * sampleRateHz);
      const start = position;
      position += block.channels[0]?.length ?? 0;
      const heardEnd = Math.min(
        position - frameOf(discardSeconds),
        start + frameOf(longestSeconds),
      );
      const end = Math.max(start, heardEnd);
      const parts: AudioBlock[] = [];
      for (; firstOpen < windows.length; firstOpen++) {
        const { startSeconds, endSeconds } = windows[firstOpen] as TimeWindow;
        const from = Math.max(start, frameOf(startSeconds));
        const to = Math.min(end, frameOf(endSeconds));
        if (from < to) parts.push(part(block, from - start, to - start));
        if (frameOf(endSeconds) > position) break;
      }
      return parts;
    },
  };
}

function part({ channels }: AudioBlock, from: number, to: number): AudioBlock {
  if (from === 0 && to === channels[0]?.length) return { channels };
  return { channels: channels.map((samples) => samples.slice(from, to)) };
}
