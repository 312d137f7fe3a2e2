/** WebM and Matroska (RFC 9559), as files and as live recorders write them. */

import type { AudioBlock } from "../../block.ts";
import type { ByteSource } from "../../bytes/source.ts";
import { readWhole, skipWhole } from "../../bytes/whole.ts";
import { chooseTrack } from "../../clip/tracks.ts";
import type { ClipDecoder, DecodeContext } from "../../decoder.ts";
import { cutShort, damaged } from "../../faults.ts";
import { decodePackets } from "../packets/decode.ts";
import { readPackets } from "./blocks.ts";
import { codecOf } from "./codecs.ts";
import { readElementHeader, textOf, walkElements } from "./ebml.ts";
import * as ids from "./ids.ts";
import { audioEntries, readTrackEntry } from "./tracks.ts";

const LARGEST_HEADER_BYTES = 4_096;
/** Tracks of video and subtitles come with set-up data of their own. */
const LARGEST_TRACKS_BYTES = 4 * 2 ** 20;

/** Decodes one audio track of a WebM or Matroska file: Opus, Vorbis, AAC, ALAC, FLAC, MP3 or PCM. */
export const decodeMatroska: ClipDecoder = async function* (source, context) {
  yield* decodeFile(source, context);
};

async function* decodeFile(source: ByteSource, context: DecodeContext): AsyncGenerator<AudioBlock> {
  const container = await readDocType(source);
  const segmentEnd = await enterSegment(source);
  const entries = audioEntries(await readTracks(source), source.budget);
  const { chosen, index: trackIndex } = chooseTrack(entries, context.track, (candidate) => {
    const entry = readTrackEntry(candidate, source.budget);
    return { entry, ...codecOf(entry) };
  });
  const { entry, track, windows } = chosen;
  const packets = readPackets(source, entry, segmentEnd);
  yield* decodePackets({ container, track, trackIndex, windows, packets }, context);
}

/** `webm`, or `matroska` for whatever else the file says it is. */
async function readDocType(source: ByteSource): Promise<string> {
  const header = await readElementHeader(source);
  const bytes = header?.bytes ?? LARGEST_HEADER_BYTES + 1;
  if (header?.id !== ids.EBML || bytes > LARGEST_HEADER_BYTES)
    throw damaged("it has no EBML header");
  const body = await readWhole(source, bytes, "its EBML header");
  for (const element of walkElements(body)) {
    if (element.id === ids.DOC_TYPE && textOf(element.body) === "webm") return "webm";
  }
  return "matroska";
}

/** Goes to the first element of the segment, and gives the position of its end, infinite if that is not known. */
async function enterSegment(source: ByteSource): Promise<number> {
  for (;;) {
    const header = await readElementHeader(source);
    if (header === null) throw cutShort("before its segment");
    if (header.id === ids.SEGMENT) {
      return header.bytes === null ? Infinity : source.position + header.bytes;
    }
    if (header.bytes === null) throw damaged("it has no segment");
    await skipWhole(source, header.bytes, "an element before its segment");
  }
}

async function readTracks(source: ByteSource): Promise<Uint8Array> {
  for (;;) {
    const header = await readElementHeader(source);
    if (header === null) throw cutShort("before it says what tracks it has");
    if (header.id === ids.CLUSTER || header.bytes === null) {
      throw damaged("it does not say what tracks it has");
    }
    if (header.id === ids.TRACKS) {
      if (header.bytes > LARGEST_TRACKS_BYTES) {
        throw damaged(`the description of its tracks has ${header.bytes} bytes`);
      }
      return readWhole(source, header.bytes, "the description of its tracks");
    }
    await skipWhole(source, header.bytes, "an element before its tracks");
  }
}
