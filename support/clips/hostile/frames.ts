/** Files of pages and frames that hold nothing, decode to far more than they are, or are looked for in vain. */
import { crcOf } from "../../../src/audio/codecs/crc.ts";
import { bitWriter } from "../bit-writer.ts";
import { joined, text, unsigned } from "../bytes.ts";
import { oggPage } from "../make-ogg.ts";
import { concatenate } from "../make-wav.ts";
import { filled, type HostileClip, repeated } from "./hostile-clip.ts";

const MEGA = 1_000_000;
const OPUS_HEAD = joined(text("OpusHead"), [1, 1, 0, 0, 0x80, 0xbb, 0, 0, 0, 0, 0]);
const OPUS_TAGS = joined(text("OpusTags"), new Uint8Array(8));
const OPUS_START = joined(
  oggPage({ packets: [OPUS_HEAD], isFirst: true }),
  oggPage({ packets: [OPUS_TAGS], sequence: 1 }),
);
/** Layer III of MPEG 2.5, 8 kbit/s at 8 kHz: 72 bytes for 72 ms. */
const MP3_SILENCE = joined([0xff, 0xe3, 0x18, 0xc4], new Uint8Array(68));
/** An AMR frame that stands for one that is missing. */
const AMR_NO_DATA = Uint8Array.of(0x7c);

const crc8 = crcOf(8, 0x07);
const crc16 = crcOf(16, 0x8005);

interface FlacSilence {
  readonly sampleRateHz: number;
  readonly channels: number;
  readonly blockFrames: number;
}

/** FLAC of digital silence: each frame has a constant for each channel (RFC 9639). */
export function silentFlac(
  { sampleRateHz, channels, blockFrames }: FlacSilence,
  frames: number,
): Uint8Array<ArrayBuffer> {
  const info = bitWriter().put(blockFrames, 16).put(blockFrames, 16).put(0, 48);
  info
    .put(sampleRateHz, 20)
    .put(channels - 1, 3)
    .put(15, 5)
    .put(0, 36)
    .put(0, 128);
  const parts: Uint8Array[] = [text("fLaC"), joined([0x80, 0, 0, 34], info.bytes())];
  for (let number = 0; number < frames; number++)
    parts.push(silentFrame(number, channels, blockFrames));
  return concatenate(parts);
}

function silentFrame(number: number, channels: number, blockFrames: number): Uint8Array {
  const head = [0xff, 0xf8, 0x70, ((channels - 1) << 4) | 0x08, ...codedNumber(number)];
  const header = joined(head, unsigned(blockFrames - 1, 2));
  const body = joined(header, [crc8(header, 0, header.length)], new Uint8Array(3 * channels));
  return joined(body, unsigned(crc16(body, 0, body.length), 2));
}

/** As UTF-8 codes characters. */
function codedNumber(number: number): number[] {
  if (number < 0x80) return [number];
  if (number < 0x800) return [0xc0 | (number >> 6), 0x80 | (number & 63)];
  return [0xe0 | (number >> 12), 0x80 | ((number >> 6) & 63), 0x80 | (number & 63)];
}

export const FRAME_CLIPS: readonly HostileClip[] = [
  {
    name: "Ogg of empty pages",
    make: (bytes) => filled(OPUS_START, oggPage({ packets: [], sequence: 2 }), bytes),
    slug: "clip-too-costly",
    attackBytes: 32 * MEGA,
  },
  {
    name: "Ogg of pages of empty packets",
    make: (bytes) =>
      filled(
        OPUS_START,
        oggPage({ packets: new Array(255).fill(new Uint8Array()), sequence: 2 }),
        bytes,
      ),
    slug: "clip-too-costly",
    attackBytes: 32 * MEGA,
  },
  {
    name: "Ogg of broken Opus packets",
    make: (bytes) => {
      const broken = new Array(255).fill(Uint8Array.of(0xff));
      return filled(OPUS_START, oggPage({ packets: broken, sequence: 2 }), bytes);
    },
    slug: "clip-damaged",
    attackBytes: 32 * MEGA,
  },
  {
    name: "Ogg of first pages",
    make: (bytes) => repeated(oggPage({ packets: [text("nothing")], isFirst: true }), bytes),
    slug: "clip-too-costly",
    attackBytes: 32 * MEGA,
  },
  {
    name: "Ogg of pages that are none, each behind a byte",
    make: (bytes) => filled(OPUS_START, joined([0], text("OggS"), new Uint8Array(27)), bytes),
    slug: "clip-too-costly",
    attackBytes: 32 * MEGA,
  },
  {
    name: "FLAC of 384 kHz, eight channels and 29 s",
    make: (bytes) =>
      silentFlac(
        { sampleRateHz: 384_000, channels: 8, blockFrames: 4_096 },
        Math.min(2_718, Math.ceil(bytes / 35)),
      ),
    slug: null,
    attackBytes: 0.1 * MEGA,
  },
  {
    name: "FLAC of silence in the largest blocks, 384 kHz and eight channels",
    make: (bytes) =>
      silentFlac(
        { sampleRateHz: 384_000, channels: 8, blockFrames: 65_535 },
        Math.ceil(bytes / 35),
      ),
    slug: "clip-too-costly",
    attackBytes: 0.012 * MEGA,
  },
  {
    name: "FLAC of empty metadata blocks",
    make: (bytes) => {
      const start = silentFlac({ sampleRateHz: 8_000, channels: 1, blockFrames: 4_096 }, 0);
      start[4] = 0;
      return filled(start, Uint8Array.of(1, 0, 0, 0), bytes);
    },
    slug: "clip-too-costly",
    attackBytes: 30 * MEGA,
  },
  {
    name: "FLAC of headers of frames without an end",
    make: (bytes) => {
      const format = { sampleRateHz: 8_000, channels: 1, blockFrames: 65_535 };
      const frame = silentFrame(0, 1, 65_536).subarray(0, -3);
      return filled(silentFlac(format, 1), frame, bytes);
    },
    slug: null,
    attackBytes: 30 * MEGA,
  },
  {
    name: "MP3 with a text tag behind each frame",
    make: (bytes) => {
      const lyrics = text("LYRICSBEGINLYRICSEND");
      return repeated(joined(MP3_SILENCE, MP3_SILENCE, MP3_SILENCE, lyrics), bytes);
    },
    slug: "clip-too-long",
    attackBytes: 30 * MEGA,
  },
  {
    name: "MP3 with an unended text tag behind each frame",
    make: (bytes) =>
      repeated(joined(MP3_SILENCE, MP3_SILENCE, MP3_SILENCE, text("LYRICSBEGIN")), bytes),
    slug: "clip-too-long",
    attackBytes: 30 * MEGA,
  },
  {
    name: "MP3 of headers of free format that nothing follows",
    make: (bytes) => filled(MP3_SILENCE, Uint8Array.of(0xff, 0xfb, 0x00, 0x00), bytes),
    slug: "unsupported-codec",
    attackBytes: 30 * MEGA,
  },
  {
    name: "ID3 tags between frames",
    make: (bytes) => {
      const tag = joined(text("ID3"), [4, 0, 0, 0, 0, 0, 0]);
      return repeated(joined(MP3_SILENCE, repeated(tag, 630)), bytes);
    },
    slug: "clip-too-long",
    attackBytes: 30 * MEGA,
  },
  {
    name: "AMR with a byte of nothing before each run of frames",
    make: (bytes) => {
      const run = repeated(AMR_NO_DATA, 16);
      return filled(text("#!AMR\n"), joined([0xff], run), bytes);
    },
    slug: "clip-too-long",
    attackBytes: 30 * MEGA,
  },
];
