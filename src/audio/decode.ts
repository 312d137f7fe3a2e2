/** A clip's bytes, of whatever format → its samples. */
import { UndertoneError } from "../errors.ts";
import type { ByteSource } from "./bytes/source.ts";
import { requireTrack } from "./clip/tracks.ts";
import { findFrameStream } from "./containers/streams/find.ts";
import { skipTags } from "./containers/streams/tags.ts";
import type { ClipDecoder } from "./decoder.ts";
import { isMp4 } from "./detect/mp4.ts";
import { sniffRecoding } from "./detect/recoding.ts";
import { otherFormat, requireUnconverted, unknownFormat, unreadFormat } from "./detect/refusals.ts";
import { UNREAD_SNIFFED_BYTES } from "./detect/unread.ts";
import { damaged } from "./faults.ts";
import type { ClipFormat } from "./format.ts";
import { ACCEPTED_FORMATS, FORMATS, findFormat, SIGNATURE_BYTES } from "./formats.ts";

/**
 * Decodes a clip, told by its bytes alone.
 * @throws UndertoneError `empty-body`, `not-audio`, `unsupported-codec`, `track-out-of-range`, and what the format's decoder throws.
 */
export const decodeClip: ClipDecoder = async function* (source, context) {
  const untagged = await skipTags(source);
  const { decode, hasTracks } = await chooseFormat(untagged, untagged !== source);
  if (!hasTracks) requireTrack(context.track, 1);
  yield* decode(untagged, context);
};

/** A format that is read. */
type ReadFormat = ClipFormat & { readonly decode: ClipDecoder };

async function chooseFormat(source: ByteSource, isTagged: boolean): Promise<ReadFormat> {
  const bytes = await source.peek(SIGNATURE_BYTES);
  if (bytes.length === 0) {
    throw new UndertoneError("empty-body", "There are no bytes to decode; send an audio file.");
  }
  if (sniffRecoding(bytes) !== null) {
    requireUnconverted(await source.peek(UNREAD_SNIFFED_BYTES), ACCEPTED_FORMATS);
  }
  const format = findFormat(bytes);
  if (format === null || format.isFramed) {
    return chooseFrames(source, { isTagged, hasSync: format !== null });
  }
  return readable(format);
}

/**
 * A sync or a tag promises frames, but only frames that follow each other are a stream of sound. MP4's own boxes may come
 * behind large ones of other names.
 */
async function chooseFrames(
  source: ByteSource,
  { isTagged, hasSync }: { readonly isTagged: boolean; readonly hasSync: boolean },
): Promise<ReadFormat> {
  const start = await source.peek(UNREAD_SNIFFED_BYTES);
  if (isMp4(start)) return formatOf("mp4");
  const other = hasSync ? null : otherFormat(start, ACCEPTED_FORMATS);
  if (other !== null && !(isTagged && other.slug === "not-audio")) throw other;
  const found = await findFrameStream(source, hasSync);
  if (found !== null) return formatOf(found);
  throw isTagged
    ? damaged("no sound begins within 64 kB behind its tag")
    : unknownFormat(start, ACCEPTED_FORMATS);
}

function formatOf(id: string): ReadFormat {
  return readable(FORMATS.find((format) => format.id === id) as ClipFormat);
}

function readable(format: ClipFormat): ReadFormat {
  const { decode, id, name, advice } = format;
  if (decode === undefined) throw unreadFormat(name, { format: id }, ACCEPTED_FORMATS, advice);
  return { ...format, decode };
}
