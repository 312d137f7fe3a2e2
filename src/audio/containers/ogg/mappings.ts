/** Mappings of codecs into Ogg: Opus (RFC 7845), Vorbis (Vorbis I, appendix A), FLAC (RFC 9639 §10.1). */

import { readStreamInfo } from "../../codecs/flac/stream-info.ts";
import { readOpusHead } from "../../codecs/opus/head.ts";
import { isVorbisHeader, readVorbisFormat } from "../../codecs/vorbis/headers.ts";
import { createVorbisFrames } from "../../codecs/vorbis/open.ts";
import { damaged } from "../../faults.ts";
import { flacTrack } from "../tracks/flac.ts";
import { opusTrack } from "../tracks/opus.ts";
import type { TrackCodec } from "../tracks/track.ts";

/** A stream whose headers have been read. */
export interface OggTrack {
  readonly track: TrackCodec;
  /** Samples per channel to drop from the start. */
  readonly skipFrames: number;
  /** True if a first page that holds more samples than its position says has them too many at its start. */
  readonly mayTrimStart: boolean;
}

/** One codec's mapping. */
export interface OggMapping {
  /** True if a stream's first packet says that it is of this codec. */
  recognises(first: Uint8Array): boolean;
  /**
   * Passes a first packet whose stream can be decoded, as far as it tells.
   * @throws UndertoneError `clip-damaged`, `channels-unsupported`, `unsupported-codec`.
   */
  requireReadable(first: Uint8Array): void;
  /** True if a packet is none of audio; the first one never is. */
  isHeader(packet: Uint8Array): boolean;
  /** True if decoding needs a header; comments and pictures are not kept. */
  keeps(header: Uint8Array): boolean;
  /** @throws UndertoneError `clip-damaged`, `unsupported-codec`. */
  open(headers: readonly Uint8Array[]): OggTrack;
}

const FLAC_MAGIC = "\x7fFLAC";
const FLAC_FRAME_SYNC = 0xff;
/** Of the first FLAC packet: its own nine bytes, then a FLAC file's magic number and the header of its first block. */
const STREAM_INFO_OFFSET = 9 + 4 + 4;

const OPUS: OggMapping = {
  recognises: (first) => begins(first, "OpusHead"),
  requireReadable: readOpusHead,
  isHeader: (packet) => begins(packet, "OpusHead") || begins(packet, "OpusTags"),
  keeps: (header) => begins(header, "OpusHead"),
  open([head = new Uint8Array()]) {
    const opusHead = readOpusHead(head);
    return { track: opusTrack(opusHead), skipFrames: opusHead.preSkipFrames, mayTrimStart: false };
  },
};

const VORBIS: OggMapping = {
  recognises: (first) => begins(first, "\x01vorbis"),
  requireReadable: readVorbisFormat,
  isHeader: ([type = 0]) => (type & 1) === 1,
  keeps: (header) => isVorbisHeader(header, 1) || isVorbisHeader(header, 5),
  open([identification, setup]) {
    if (identification === undefined || setup === undefined || !isVorbisHeader(setup, 5)) {
      throw damaged("it has no Vorbis setup header");
    }
    const track: TrackCodec = {
      codec: "vorbis",
      bitsPerSample: null,
      open: (codecs) => createVorbisFrames(codecs, { identification, setup }),
    };
    return { track, skipFrames: 0, mayTrimStart: true };
  },
};

const FLAC: OggMapping = {
  recognises: (first) => begins(first, FLAC_MAGIC),
  requireReadable: (first) => readStreamInfo(first.subarray(STREAM_INFO_OFFSET)),
  isHeader: (packet) => packet[0] !== FLAC_FRAME_SYNC,
  keeps: (header) => begins(header, FLAC_MAGIC),
  open([first = new Uint8Array()]) {
    const info = readStreamInfo(first.subarray(STREAM_INFO_OFFSET));
    return { track: flacTrack(info), skipFrames: 0, mayTrimStart: false };
  },
};

export const OGG_MAPPINGS: readonly OggMapping[] = [OPUS, VORBIS, FLAC];

/** Other sound in Ogg, in words, by how its first packet begins. */
const UNREAD_SOUND = [
  ["Speex   ", "Speex"],
  ["CELT    ", "CELT"],
  ["PCM     ", "Ogg PCM"],
] as const;

/** The name of a stream of sound that is not read; null if it is something else, such as video. */
export function unreadOggSound(first: Uint8Array): string | null {
  return UNREAD_SOUND.find(([start]) => begins(first, start))?.[1] ?? null;
}

function begins(packet: Uint8Array, characters: string): boolean {
  return String.fromCharCode(...packet.subarray(0, characters.length)) === characters;
}
