/** AAC as a stream of its own, each frame with an ADTS header (ISO/IEC 14496-3 §1.A.3.2). */
import { UndertoneError } from "../../errors.ts";
import type { ByteSource } from "../byte-source.ts";
import type { ClipDecoder } from "../decoder.ts";
import { isId3v1 } from "../id3.ts";
import { aacTrack } from "./aac-track.ts";
import { type Packet, WHOLE } from "./audio-track.ts";
import { cutShort, damaged } from "./broken-file.ts";
import { decodePackets } from "./decode-packets.ts";

const HEADER_BYTES = 7;
const CRC_BYTES = 2;

/** What a frame's header says. */
interface AdtsHeader {
  readonly headerBytes: number;
  readonly frameBytes: number;
  /** AudioSpecificConfig of the frame, which is the same in all of them. */
  readonly configuration: readonly [number, number];
}

/** Decodes an AAC file with ADTS headers. */
export const decodeAdts: ClipDecoder = async function* (source, context) {
  const first = parseHeader(await source.peek(HEADER_BYTES));
  const track = aacTrack(Uint8Array.from(first.configuration));
  const packets = readFrames(source, first);
  yield* decodePackets({ container: "adts", track, windows: WHOLE, packets }, context);
};

async function* readFrames(source: ByteSource, first: AdtsHeader): AsyncGenerator<Packet> {
  for (;;) {
    const bytes = await source.peek(HEADER_BYTES);
    if (bytes.length === 0 || isId3v1(bytes)) return;
    const { headerBytes, frameBytes, configuration } = parseHeader(bytes);
    if (configuration.join() !== first.configuration.join())
      throw damaged("its AAC format changes");
    const frame = await source.read(frameBytes);
    if (frame.length < frameBytes) throw cutShort("within an AAC frame");
    yield { bytes: frame.subarray(headerBytes), discardSeconds: 0 };
  }
}

/** @throws UndertoneError `clip-truncated`, `clip-damaged`, `unsupported-codec`. */
function parseHeader(bytes: Uint8Array): AdtsHeader {
  if (bytes.length < HEADER_BYTES) throw cutShort("within the header of an AAC frame");
  const [sync0, sync1, format, layout, length1, length0, blocks] = bytes as unknown as SevenBytes;
  const rateIndex = (format >> 2) & 0x0f;
  if (sync0 !== 0xff || (sync1 & 0xf6) !== 0xf0 || rateIndex > 12) {
    throw damaged("an AAC frame does not begin where it should");
  }
  if ((blocks & 3) !== 0) throw unread("with several blocks to a frame");
  const channelConfiguration = ((format & 1) << 2) | (layout >> 6);
  if (channelConfiguration === 0) throw unread("with a channel layout of its own");
  const headerBytes = HEADER_BYTES + (sync1 & 1 ? 0 : CRC_BYTES);
  const frameBytes = ((layout & 3) << 11) | (length1 << 3) | (length0 >> 5);
  if (frameBytes <= headerBytes) throw damaged("an AAC frame is shorter than its header");
  const objectType = (format >> 6) + 1;
  return {
    headerBytes,
    frameBytes,
    configuration: [
      (objectType << 3) | (rateIndex >> 1),
      ((rateIndex & 1) << 7) | (channelConfiguration << 3),
    ],
  };
}

type SevenBytes = readonly [number, number, number, number, number, number, number];

function unread(kind: string): UndertoneError {
  return new UndertoneError(
    "unsupported-codec",
    `The clip is AAC ${kind}, which is not read; convert it, for example with: ffmpeg -i in.aac -c:a pcm_s16le out.wav`,
    { codec: "AAC" },
  );
}
