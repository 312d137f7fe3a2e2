/** MP3 files behind their tags: frames of MPEG audio one after another. */
import type { ByteSource } from "../byte-source.ts";
import {
  MP3_HEADER_BYTES,
  type Mp3FrameHeader,
  readMp3FrameHeader,
} from "../codecs/mp3-frame-header.ts";
import { createMpg123, type Mpg123, type StereoBlock } from "../codecs/mpg123.ts";
import type { ClipDecoder } from "../decoder.ts";
import { cutShort, damaged } from "./broken-file.ts";
import { type DescribedBlock, describedBlocks } from "./described-blocks.ts";
import { mp3FrameWalk } from "./mp3-frame-walk.ts";

/** How far the first frame may be from where the tags end: some programs leave a gap. */
const SEARCHED_BYTES = 65_536;

/** Decodes MPEG 1, 2 and 2.5 audio of any layer; the delay and padding that a LAME header tells of are dropped. */
export const decodeMp3: ClipDecoder = async function* (source, context) {
  const first = await findFirstFrame(source);
  const decoder = await createMpg123(context.codecs);
  try {
    yield* describedBlocks(decodeFrames(source, first, decoder), context);
  } finally {
    decoder.free();
  }
};

async function* decodeFrames(
  source: ByteSource,
  first: Mp3FrameHeader,
  decoder: Mpg123,
): AsyncGenerator<DescribedBlock> {
  const walk = mp3FrameWalk();
  for (;;) {
    const piece = await source.next();
    if (piece === null) break;
    for (const block of decoder.decode(piece)) yield describe(block, first);
    walk.pass(piece);
  }
  if (walk.isWithinFrame()) throw cutShort("within an MP3 frame");
}

function describe(
  { left, right, sampleRateHz }: StereoBlock,
  { channels, layer }: Mp3FrameHeader,
): DescribedBlock {
  const codec = `mp${layer}`;
  return {
    description: { container: "mp3", codec, sampleRateHz, channels, bitsPerSample: null },
    channels: channels === 1 ? [left] : [left, right],
  };
}

/** Goes to the first header that another one like it follows, since two bytes alone are soon mistaken for one. */
async function findFirstFrame(source: ByteSource): Promise<Mp3FrameHeader> {
  const bytes = await source.peek(SEARCHED_BYTES);
  for (let at = 0; at + MP3_HEADER_BYTES <= bytes.length; at++) {
    const header = readMp3FrameHeader(bytes, at);
    if (header === null || !isFollowed(bytes, at, header)) continue;
    await source.skip(at);
    return header;
  }
  if (bytes.length < MP3_HEADER_BYTES) throw cutShort("before its first MP3 frame");
  throw damaged("it has no MP3 frames where they should begin");
}

/** The next header, where the bytes reach that far. */
function isFollowed(bytes: Uint8Array, at: number, header: Mp3FrameHeader): boolean {
  const next = at + header.frameBytes;
  if (next + MP3_HEADER_BYTES > bytes.length) return true;
  const following = readMp3FrameHeader(bytes, next);
  return following?.layer === header.layer && following.sampleRateHz === header.sampleRateHz;
}
