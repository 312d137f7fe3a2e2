/** The Tracks element of a Matroska file: what its audio track says of itself. */
import { UndertoneError } from "../../../errors.ts";
import {
  type Element,
  type ElementBudget,
  floatOf,
  textOf,
  unsignedOf,
  walkElements,
} from "./ebml.ts";
import * as ids from "./ids.ts";

const AUDIO_TRACK = 2;
const HEADER_STRIPPING = 3;
const NOTHING: Uint8Array = new Uint8Array();

/** An audio track's entry. */
export interface MatroskaTrack {
  readonly number: number;
  /** Such as `A_OPUS`. */
  readonly codecId: string;
  readonly codecPrivate: Uint8Array;
  readonly codecDelaySeconds: number;
  readonly sampleRateHz: number;
  readonly channels: number;
  /** 0 where the file does not say. */
  readonly bitsPerSample: number;
  /** Bytes that every packet begins with and that are stored only here. */
  readonly strippedHeader: Uint8Array;
}

/** The elements of a track entry, by id. */
export type TrackEntry = ReadonlyMap<number, Uint8Array>;

/**
 * The entries of audio tracks, in the order of the file.
 * @throws UndertoneError `clip-too-costly`.
 */
export function audioEntries(tracks: Uint8Array, budget: ElementBudget): TrackEntry[] {
  return [...walkElements(tracks, budget).filter(({ id }) => id === ids.TRACK_ENTRY)]
    .map(({ body }) => childrenOf(body, budget))
    .filter((entry) => numberIn(entry, ids.TRACK_TYPE, 0) === AUDIO_TRACK);
}

/**
 * Reads an audio track's entry.
 * @throws UndertoneError `unsupported-codec` if its packets are encrypted or compressed, `clip-too-costly`.
 */
export function readTrackEntry(entry: TrackEntry, budget: ElementBudget): MatroskaTrack {
  const audio = childrenOf(entry.get(ids.AUDIO) ?? NOTHING, budget);
  const frequency = audio.get(ids.SAMPLING_FREQUENCY);
  return {
    number: numberIn(entry, ids.TRACK_NUMBER, 0),
    codecId: textOf(entry.get(ids.CODEC_ID) ?? NOTHING),
    codecPrivate: entry.get(ids.CODEC_PRIVATE) ?? NOTHING,
    codecDelaySeconds: numberIn(entry, ids.CODEC_DELAY, 0) / 1e9,
    sampleRateHz: frequency === undefined ? 8000 : floatOf(frequency),
    channels: numberIn(audio, ids.CHANNELS, 1),
    bitsPerSample: numberIn(audio, ids.BIT_DEPTH, 0),
    strippedHeader: strippedHeader(entry.get(ids.CONTENT_ENCODINGS) ?? NOTHING, budget),
  };
}

/** Header stripping is the one encoding of packets that is undone here. */
function strippedHeader(encodings: Uint8Array, budget: ElementBudget): Uint8Array {
  let header: Uint8Array = NOTHING;
  for (const { id, body } of walkElements(encodings, budget)) {
    if (id !== ids.CONTENT_ENCODING) continue;
    const encoding = childrenOf(body, budget);
    if (encoding.has(ids.CONTENT_ENCRYPTION)) throw encoded("encrypted");
    const compression = childrenOf(encoding.get(ids.CONTENT_COMPRESSION) ?? NOTHING, budget);
    if (numberIn(compression, ids.CONTENT_COMPRESSION_ALGORITHM, 0) !== HEADER_STRIPPING) {
      throw encoded("compressed a second time");
    }
    header = compression.get(ids.CONTENT_COMPRESSION_SETTINGS) ?? NOTHING;
  }
  return header;
}

function encoded(how: string): UndertoneError {
  return new UndertoneError(
    "unsupported-codec",
    `The file's sound is ${how}, which is not read; send it as plain WebM, or as WAV.`,
    { codec: how },
  );
}

/** Children by id, the first of each. */
function childrenOf(parent: Uint8Array, budget: ElementBudget): ReadonlyMap<number, Uint8Array> {
  const children = new Map<number, Uint8Array>();
  for (const { id, body } of walkElements(parent, budget) as Iterable<Element>) {
    if (!children.has(id)) children.set(id, body);
  }
  return children;
}

function numberIn(
  children: ReadonlyMap<number, Uint8Array>,
  id: number,
  otherwise: number,
): number {
  const body = children.get(id);
  return body === undefined ? otherwise : unsignedOf(body);
}
