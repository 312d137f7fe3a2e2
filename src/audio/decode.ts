/** A clip's bytes, of whatever format → its samples. */
import { UndertoneError } from "../errors.ts";
import { damaged } from "./breakage.ts";
import type { ByteSource } from "./bytes/source.ts";
import { requireTrack } from "./clip/tracks.ts";
import { decodeAdts } from "./containers/adts/decode.ts";
import { decodeAiff } from "./containers/aiff/decode.ts";
import { decodeAmr } from "./containers/amr/decode.ts";
import { decodeFlac } from "./containers/flac/decode.ts";
import { decodeMatroska } from "./containers/matroska/decode.ts";
import { decodeMp3 } from "./containers/mp3/decode.ts";
import { decodeMp4 } from "./containers/mp4/decode.ts";
import { decodeOgg } from "./containers/ogg/decode.ts";
import { decodeSphere } from "./containers/sphere/decode.ts";
import { findFrameStream } from "./containers/streams/find.ts";
import { skipTags } from "./containers/streams/tags.ts";
import { decodeWav } from "./containers/wav/decode.ts";
import type { ClipDecoder } from "./decoder.ts";
import { type ClipFormat, FORMAT_NAMES, SNIFFED_BYTES, sniffFormat } from "./detect/format.ts";
import { isMp4 } from "./detect/mp4.ts";
import { sniffRecoding } from "./detect/recoding.ts";
import { otherFormat, requireUnconverted, unknownFormat, unreadFormat } from "./detect/refusals.ts";
import { UNREAD_SNIFFED_BYTES } from "./detect/unread.ts";

const DECODERS: Partial<Record<ClipFormat, ClipDecoder>> = {
  wav: decodeWav,
  rf64: decodeWav,
  aiff: decodeAiff,
  sphere: decodeSphere,
  matroska: decodeMatroska,
  mp4: decodeMp4,
  flac: decodeFlac,
  ogg: decodeOgg,
  mp3: decodeMp3,
  adts: decodeAdts,
  amr: decodeAmr,
};

/** Decoders of containers that may have several audio tracks. */
const WITH_TRACKS: readonly ClipDecoder[] = [decodeMatroska, decodeMp4, decodeOgg];

/** What to do with a format that is known and not read; others are converted with ffmpeg. */
const ADVICE: Partial<Record<ClipFormat, string>> = {
  caf: "export it as M4A or WAV",
};
const ACCEPTED = (Object.keys(DECODERS) as ClipFormat[]).map((format) => FORMAT_NAMES[format]);

/**
 * Decodes a clip, told by its bytes alone.
 * @throws UndertoneError `empty-body`, `not-audio`, `unsupported-codec`, `track-out-of-range`, and what the format's decoder throws.
 */
export const decodeClip: ClipDecoder = async function* (source, context) {
  const untagged = await skipTags(source);
  const decode = await chooseDecoder(untagged, untagged !== source);
  if (!WITH_TRACKS.includes(decode)) requireTrack(context.track, 1);
  yield* decode(untagged, context);
};

async function chooseDecoder(source: ByteSource, isTagged: boolean): Promise<ClipDecoder> {
  const bytes = await source.peek(SNIFFED_BYTES);
  if (bytes.length === 0) {
    throw new UndertoneError("empty-body", "There are no bytes to decode; send an audio file.");
  }
  if (sniffRecoding(bytes) !== null) {
    requireUnconverted(await source.peek(UNREAD_SNIFFED_BYTES), ACCEPTED);
  }
  const format = sniffFormat(bytes);
  if (format === null || format === "mp3" || format === "adts") {
    return chooseFrames(source, { isTagged, hasSync: format !== null });
  }
  const decode = DECODERS[format];
  if (decode === undefined) {
    throw unreadFormat(FORMAT_NAMES[format], { format }, ACCEPTED, ADVICE[format]);
  }
  return decode;
}

/**
 * A sync or a tag promises frames, but only frames that follow each other are a stream of sound. MP4's own boxes may come
 * behind large ones of other names.
 */
async function chooseFrames(
  source: ByteSource,
  { isTagged, hasSync }: { readonly isTagged: boolean; readonly hasSync: boolean },
): Promise<ClipDecoder> {
  const start = await source.peek(UNREAD_SNIFFED_BYTES);
  if (isMp4(start)) return decodeMp4;
  const other = hasSync ? null : otherFormat(start, ACCEPTED);
  if (other !== null && !(isTagged && other.slug === "not-audio")) throw other;
  const format = await findFrameStream(source, hasSync);
  if (format === "adts") return decodeAdts;
  if (format === "mp3") return decodeMp3;
  throw isTagged
    ? damaged("no sound begins within 64 kB behind its tag")
    : unknownFormat(start, ACCEPTED);
}
