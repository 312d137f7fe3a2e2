/** AAC as a stream of its own, each frame with an ADTS header. */
import { UndertoneError } from "../../../errors.ts";
import type { ByteSource } from "../../bytes/source.ts";
import {
  ADTS_HEADER_BYTES,
  type AdtsHeader,
  readAdtsHeader,
} from "../../codecs/aac/adts-header.ts";
import type { ClipDecoder } from "../../decoder.ts";
import { decodeStreams, type PacketStream } from "../packets/decode.ts";
import type { FrameSyntax } from "../streams/frame-search.ts";
import { type Frame, readFrames } from "../streams/frames.ts";
import { splitStreams } from "../streams/split.ts";
import { aacTrack } from "../tracks/aac.ts";
import { type Packet, type TrackCodec, WHOLE } from "../tracks/track.ts";

/** Recognises ADTS frames. */
export const ADTS_FRAMES: FrameSyntax<AdtsHeader> = {
  name: "an AAC frame",
  headerBytes: ADTS_HEADER_BYTES,
  read: readAdtsHeader,
  isSameStream: (one, other) =>
    one.unread === other.unread && one.configuration.join() === other.configuration.join(),
};

/** Decodes an AAC file with ADTS headers, also one of several recordings that differ in rate or channels. */
export const decodeAdts: ClipDecoder = async function* (source, context) {
  yield* decodeStreams(readStreams(source), context);
};

async function* readStreams(source: ByteSource): AsyncGenerator<PacketStream> {
  const frames = readFrames(source, ADTS_FRAMES);
  for await (const stream of splitStreams(frames, ADTS_FRAMES)) {
    const { configuration, unread } = stream.first.header;
    const track = unread === null ? aacTrack(Uint8Array.from(configuration)) : unreadTrack(unread);
    yield { container: "adts", track, windows: WHOLE, packets: packetsOf(stream.frames) };
  }
}

async function* packetsOf(frames: AsyncIterable<Frame<AdtsHeader>>): AsyncGenerator<Packet> {
  for await (const { header, bytes, isBehindGap } of frames) {
    yield { bytes: bytes.subarray(header.headerBytes), discardSeconds: 0, isBehindGap };
  }
}

function unreadTrack(kind: string): TrackCodec {
  const error = new UndertoneError(
    "unsupported-codec",
    `The clip is AAC ${kind}, which is not read; convert it, for example with: ffmpeg -i in.aac -c:a pcm_s16le out.wav`,
    { codec: "AAC" },
  );
  return { codec: "aac", bitsPerSample: null, open: () => Promise.reject(error) };
}
