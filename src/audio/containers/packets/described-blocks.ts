/** Blocks that come with what they are → what a decoder gives. */

import type { AudioBlock } from "../../block.ts";
import type { ClipDescription, DecodeContext } from "../../decoder.ts";
import { damaged, isBreakage } from "../../faults.ts";

/** A block, and what the clip is as far as the block tells. */
export interface DescribedBlock {
  readonly description: ClipDescription;
  readonly channels: AudioBlock["channels"];
}

/**
 * Describes the clip by its first block, and anew where blocks turn into something else; ends it where it breaks.
 * @throws UndertoneError what `blocks` throws before the first one, and `clip-damaged` if there is none.
 */
export async function* describedBlocks(
  blocks: AsyncIterable<DescribedBlock>,
  context: DecodeContext,
): AsyncGenerator<AudioBlock> {
  let described: ClipDescription | null = null;
  try {
    for await (const { description, channels } of blocks) {
      if (described === null || !isSameFormat(described, description)) {
        context.describe(description);
        described = description;
      }
      yield { channels };
    }
    if (described === null) throw damaged("its audio track holds no samples");
  } catch (error) {
    if (described === null || !isBreakage(error)) throw error;
    context.damaged();
  }
}

function isSameFormat(one: ClipDescription, other: ClipDescription): boolean {
  return (
    one.codec === other.codec &&
    one.sampleRateHz === other.sampleRateHz &&
    one.channels === other.channels &&
    one.bitsPerSample === other.bitsPerSample
  );
}
