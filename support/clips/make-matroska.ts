/** Writes Matroska files: of PCM unless told otherwise, so that a sample is seen for what it is. */
import * as ids from "../../src/audio/containers/matroska/ids.ts";
import { float64, joined, text, unsigned } from "./bytes.ts";

type Bytes = Uint8Array<ArrayBuffer>;

/** An element whose size is written in eight bytes. */
export function element(id: number, ...parts: readonly Uint8Array[]): Bytes {
  const body = joined(...parts);
  return joined(idBytes(id), [0x01], unsigned(body.length, 7), body);
}

/** An element that claims another size than it has. */
export function elementOfSize(id: number, size: number, ...parts: readonly Uint8Array[]): Bytes {
  return joined(idBytes(id), [0x01], unsigned(size, 7), ...parts);
}

/** An element that does not say where it ends. */
export function openElement(id: number, ...parts: readonly Uint8Array[]): Bytes {
  return joined(idBytes(id), [0x01, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff], ...parts);
}

export function ebmlHeader(docType = "webm"): Bytes {
  return element(ids.EBML, element(ids.DOC_TYPE, text(docType)));
}

export interface TrackContent {
  readonly number?: number;
  readonly type?: number;
  readonly codecId?: string;
  readonly codecPrivate?: Uint8Array;
  readonly sampleRateHz?: number;
  readonly channels?: number;
  readonly bitsPerSample?: number;
  readonly others?: readonly Uint8Array[];
}

/** A track entry, of 16-bit mono PCM at 8 kHz where nothing else is said. */
export function trackEntry({
  number = 1,
  type = 2,
  codecId = "A_PCM/INT/LIT",
  codecPrivate,
  sampleRateHz = 8_000,
  channels = 1,
  bitsPerSample = 16,
  others = [],
}: TrackContent = {}): Bytes {
  return element(
    ids.TRACK_ENTRY,
    element(ids.TRACK_NUMBER, unsigned(number, 1)),
    element(ids.TRACK_TYPE, unsigned(type, 1)),
    element(ids.CODEC_ID, text(codecId)),
    ...(codecPrivate === undefined ? [] : [element(ids.CODEC_PRIVATE, codecPrivate)]),
    element(
      ids.AUDIO,
      element(ids.SAMPLING_FREQUENCY, float64(sampleRateHz)),
      element(ids.CHANNELS, unsigned(channels, 1)),
      element(ids.BIT_DEPTH, unsigned(bitsPerSample, 1)),
    ),
    ...others,
  );
}

/** A block: track number, timecode, flags, and what they say comes next. */
export function block(body: Uint8Array, { track = 1, flags = 0x80 } = {}): Bytes {
  return joined([0x80 | track, 0, 0, flags], body);
}

/** A whole file of one segment and one cluster, both of known size. */
export function makeMatroska(tracks: readonly Uint8Array[], cluster: readonly Uint8Array[]): Bytes {
  return joined(
    ebmlHeader(),
    element(ids.SEGMENT, element(ids.TRACKS, ...tracks), element(ids.CLUSTER, ...cluster)),
  );
}

function idBytes(id: number): Bytes {
  const bytes = unsigned(id, 4);
  return bytes.slice(bytes.findIndex((byte) => byte !== 0));
}
