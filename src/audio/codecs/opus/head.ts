/** The Opus identification header, which every container carries (RFC 7845 §5.1). */
import { UndertoneError } from "../../../errors.ts";
import { requireChannelCount } from "../../budget/bounds.ts";
import { damaged } from "../../faults.ts";
import { fromVorbisOrder } from "../channel-order.ts";

/** The layout of a stream's packets, and the part of the decoded samples that is heard. */
export interface OpusHead {
  readonly channels: number;
  /** Samples per channel, at 48 kHz, to drop from the start. */
  readonly preSkipFrames: number;
  /** In 1/256 dB. */
  readonly outputGain: number;
  readonly streams: number;
  readonly coupledStreams: number;
  /** Of each channel, in the order of WAVE files, which decoded one it is; 255 is silence. */
  readonly mapping: readonly number[];
}

const FIXED_BYTES = 19;
const TABLE_BYTES = 2;
/** Channel mapping families: mono and stereo, surround in the order of Vorbis, channels that nothing is said of. */
const ONE_STREAM = 0;
const SURROUND = 1;
const DISCRETE = 255;
const MOST_SURROUND_CHANNELS = 8;

/**
 * Reads the header from `OpusHead` on.
 * @throws UndertoneError `clip-damaged`, `channels-unsupported`, `unsupported-codec` for a channel mapping family other than
 *   0, 1 and 255.
 */
export function readOpusHead(bytes: Uint8Array): OpusHead {
  const version = bytes[8] ?? 0xff;
  if (bytes.length < FIXED_BYTES || version >> 4 !== 0) throw damaged("it has no Opus header");
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const channels = view.getUint8(9);
  const family = view.getUint8(18);
  return {
    channels,
    preSkipFrames: view.getUint16(10, true),
    outputGain: view.getInt16(16, true),
    ...layoutOf(family, channels, bytes.subarray(FIXED_BYTES)),
  };
}

type Layout = Pick<OpusHead, "streams" | "coupledStreams" | "mapping">;

function layoutOf(family: number, channels: number, table: Uint8Array): Layout {
  switch (family) {
    case ONE_STREAM:
      return oneStream(channels);
    case SURROUND: {
      if (channels > MOST_SURROUND_CHANNELS) throw impossibleChannels(channels);
      const { mapping, ...streams } = streamTable(table, channels);
      return { ...streams, mapping: fromVorbisOrder(mapping) };
    }
    case DISCRETE:
      return streamTable(table, channels);
    default:
      throw unreadFamily(family);
  }
}

function oneStream(channels: number): Layout {
  if (channels < 1 || channels > 2) throw impossibleChannels(channels);
  return { streams: 1, coupledStreams: channels - 1, mapping: [0, 1].slice(0, channels) };
}

function streamTable(table: Uint8Array, channels: number): Layout {
  const [streams = 0, coupledStreams = 0] = table;
  const mapping = [...table.subarray(TABLE_BYTES, TABLE_BYTES + channels)];
  const decoded = streams + coupledStreams;
  if (channels === 0 || mapping.length < channels) throw impossibleChannels(channels);
  requireChannelCount(channels);
  if (streams === 0 || streams > channels || coupledStreams > streams)
    throw impossibleChannels(channels);
  if (mapping.some((index) => index >= decoded && index !== 255))
    throw impossibleChannels(channels);
  return { streams, coupledStreams, mapping };
}

function impossibleChannels(channels: number): UndertoneError {
  return damaged(`its Opus header describes ${channels} channels in a way that cannot be`);
}

function unreadFamily(family: number): UndertoneError {
  return new UndertoneError(
    "unsupported-codec",
    `The clip is Opus with the channel mapping family ${family}; families 0 (mono, stereo), 1 (surround) and 255 (channels of no layout) are read. Convert it, for example with: ffmpeg -i in -c:a pcm_s16le out.wav`,
    { codec: "Opus", family },
  );
}
