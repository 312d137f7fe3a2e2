/** FLAC files (RFC 9639). */

import type { ByteSource } from "../../bytes/source.ts";
import { readWhole, skipWhole } from "../../bytes/whole.ts";
import {
  readStreamInfo,
  STREAM_INFO_BYTES,
  type StreamInfo,
} from "../../codecs/flac/stream-info.ts";
import type { ClipDecoder } from "../../decoder.ts";
import { damaged } from "../../faults.ts";
import { decodeStreams, type PacketStream } from "../packets/decode.ts";
import { flacTrack } from "../tracks/flac.ts";
import { WHOLE } from "../tracks/track.ts";
import { isFlacMagic } from "./frame-search.ts";
import { readFlacFrames } from "./frames.ts";

const MAGIC_BYTES = 4;
const BLOCK_HEADER_BYTES = 4;

/** Decodes a FLAC file, also one of several that were joined. */
export const decodeFlac: ClipDecoder = async function* (source, context) {
  yield* decodeStreams(readStreams(source), context);
};

async function* readStreams(source: ByteSource): AsyncGenerator<PacketStream> {
  do {
    const info = await readFlacInfo(source);
    const packets = readFlacFrames(source, info);
    yield { container: "flac", track: flacTrack(info), windows: WHOLE, packets };
  } while (isFlacMagic(await source.peek(MAGIC_BYTES), 0));
}

/**
 * Goes to the first frame. STREAMINFO comes first; the other blocks, pictures among them, are passed over.
 * @throws UndertoneError `clip-truncated`, `clip-damaged`.
 */
export async function readFlacInfo(source: ByteSource): Promise<StreamInfo> {
  const magic = await readWhole(source, MAGIC_BYTES, "its FLAC header");
  if (!isFlacMagic(magic, 0)) throw damaged("it has no FLAC header");
  const first = await readBlockHeader(source);
  if (first.type !== 0 || first.bytes < STREAM_INFO_BYTES)
    throw damaged("it has no STREAMINFO block");
  const info = readStreamInfo(await readWhole(source, STREAM_INFO_BYTES, "its STREAMINFO block"));
  await skipWhole(source, first.bytes - STREAM_INFO_BYTES, "its STREAMINFO block");
  let { isLast } = first;
  while (!isLast) {
    const block = await readBlockHeader(source);
    await skipWhole(source, block.bytes, "its metadata");
    isLast = block.isLast;
  }
  return info;
}

async function readBlockHeader(
  source: ByteSource,
): Promise<{ isLast: boolean; type: number; bytes: number }> {
  const [flags = 0, high = 0, middle = 0, low = 0] = await readWhole(
    source,
    BLOCK_HEADER_BYTES,
    "its metadata",
  );
  return { isLast: flags >= 0x80, type: flags & 0x7f, bytes: (high << 16) | (middle << 8) | low };
}
