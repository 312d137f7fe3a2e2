/** The start of a Vorbis stream that was cut out of a longer one (Vorbis I, appendix A.2). */
import type { AudioBlock } from "../../block.ts";

/** So many values are held back at most; longer first pages are taken as they are. */
const MOST_HELD_VALUES = 2 ** 20;

/** The blocks of a first page, less the samples at their start by which they exceed what the page's position says. */
export async function* dropStart(
  blocks: AsyncIterable<AudioBlock>,
  granulePosition: number | null,
): AsyncGenerator<AudioBlock> {
  const held: AudioBlock[] = [];
  let frames = 0;
  let heldValues = 0;
  for await (const block of blocks) {
    held.push(block);
    frames += framesOf(block);
    heldValues += framesOf(block) * block.channels.length;
    if (heldValues > MOST_HELD_VALUES) yield* held.splice(0);
  }
  let surplus = granulePosition === null ? 0 : Math.max(0, frames - granulePosition);
  for (const { channels } of held) {
    const dropped = Math.min(surplus, framesOf({ channels }));
    surplus -= dropped;
    yield { channels: channels.map((samples) => samples.slice(dropped)) };
  }
}

function framesOf({ channels }: AudioBlock): number {
  return channels[0]?.length ?? 0;
}
