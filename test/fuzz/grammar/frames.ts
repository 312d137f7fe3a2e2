/** FLAC, ADTS, MP3, AMR and SPHERE: frames with right checksums and lengths, and fields that hold anything. */
import fc from "fast-check";
import { crcOf } from "../../../src/audio/codecs/crc.ts";
import { bitWriter } from "../../../support/clips/bit-writer.ts";
import { joined, text, unsigned } from "../../../support/clips/bytes.ts";
import { makeSphere } from "../../../support/clips/make-sphere.ts";
import { id3Tag } from "../../../support/clips/make-tags.ts";
import { anyBytes, type Bytes, hostileNumber, mostly, named } from "./hostile.ts";

const crc8 = crcOf(8, 0x07);
const crc16 = crcOf(16, 0x8005);

/** RFC 9639: its header's check and its own are right; block size, rate, channels, width and subframes are anything. */
const flacFrame = fc
  .tuple(
    hostileNumber(4),
    hostileNumber(4),
    mostly(0, 4),
    mostly(4, 3),
    hostileNumber(7),
    hostileNumber(16),
    anyBytes,
  )
  .map(([sizeCode, rateCode, channels, widthCode, number, size, body]) => {
    const head = bitWriter().put(0x3ffe, 14).put(1, 2).put(sizeCode, 4).put(rateCode, 4);
    head.put(channels, 4).put(widthCode, 3).put(0, 1).put(number, 8);
    if (sizeCode === 6) head.put(size & 0xff, 8);
    if (sizeCode === 7) head.put(size, 16);
    if (rateCode === 12) head.put(size & 0xff, 8);
    if (rateCode === 13 || rateCode === 14) head.put(size, 16);
    const header = head.bytes();
    const frame = joined(header, [crc8(header, 0, header.length)], body);
    return joined(frame, unsigned(crc16(frame, 0, frame.length), 2));
  });
const flacBlock = fc
  .tuple(hostileNumber(7), anyBytes)
  .chain(([type, body]) =>
    mostly(body.length, 24).map((size) => joined([type], unsigned(size, 3), body)),
  );
const flac = fc
  .tuple(
    mostly(4_096, 16),
    mostly(44_100, 20),
    mostly(0, 3),
    mostly(15, 5),
    hostileNumber(32),
    fc.array(flacBlock, { maxLength: 3 }),
    fc.array(flacFrame, { maxLength: 10 }),
  )
  .map(([size, rate, channels, width, samples, blocks, frames]) => {
    const info = bitWriter().put(size, 16).put(size, 16).put(0, 48).put(rate, 20);
    info.put(channels, 3).put(width, 5).put(samples, 36).put(0, 128);
    const first = joined([blocks.length === 0 ? 0x80 : 0], unsigned(34, 3), info.bytes());
    return joined(text("fLaC"), first, ...blocks, ...frames);
  });

/** Headers of one stream with lengths that are right, so that one frame follows another. */
const adts = fc
  .tuple(
    hostileNumber(2),
    mostly(4, 4),
    mostly(1, 3),
    fc.array(fc.tuple(anyBytes, mostly(0, 2)), { minLength: 1, maxLength: 12 }),
  )
  .map(([profile, rate, channels, bodies]) =>
    joined(
      ...bodies.map(([body, blocks]) => {
        const header = bitWriter().put(0xfff1, 16).put(profile, 2).put(rate, 4).put(0, 1);
        header
          .put(channels, 3)
          .put(0, 4)
          .put(Math.min(body.length + 7, 0x1fff), 13);
        return joined(header.put(0x7ff, 11).put(blocks, 2).bytes(), body);
      }),
    ),
  );

/** kbit/s of Layer III of MPEG 1 and of MPEG 2. */
const RATES_1 = [0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 0];
const RATES_2 = [0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160, 0];
const HZ = [44_100, 48_000, 32_000];

const mp3 = fc
  .tuple(
    fc.constantFrom(0, 2, 3),
    hostileNumber(2),
    hostileNumber(2),
    fc.array(fc.tuple(fc.integer({ min: 1, max: 14 }), fc.boolean(), anyBytes), { maxLength: 20 }),
    fc.option(fc.nat({ max: 5_000 }), { nil: null }),
  )
  .map(([version, rateIndex, mode, frames, tagBytes]) =>
    joined(
      tagBytes === null ? [] : id3Tag(tagBytes),
      ...frames.map(([bitrate, isPadded, body]) => {
        const head = bitWriter().put(0x7ff, 11).put(version, 2).put(1, 2).put(1, 1);
        head
          .put(bitrate, 4)
          .put(rateIndex, 2)
          .put(isPadded ? 1 : 0, 1)
          .put(0, 1);
        head.put(mode, 2).put(0, 6);
        const rates = version === 3 ? RATES_1 : RATES_2;
        const hz = (HZ[rateIndex] ?? 1) / (version === 3 ? 1 : version === 2 ? 2 : 4);
        const perBit = version === 3 ? 144_000 : 72_000;
        const length = Math.floor((perBit * (rates[bitrate] as number)) / hz) + (isPadded ? 1 : 0);
        const frame = new Uint8Array(Math.min(Math.max(length, 4), 3_000));
        frame.set(body.subarray(0, frame.length));
        frame.set(head.bytes());
        return frame;
      }),
    ),
  );

const AMR_BYTES = [12, 13, 15, 17, 19, 20, 26, 31, 5, 0, 0, 0, 0, 0, 0, 0];

const amr = fc
  .tuple(
    fc.constantFrom("#!AMR\n", "#!AMR-WB\n", "#!AMR_MC1.0\n"),
    fc.array(fc.tuple(hostileNumber(8), anyBytes, fc.boolean()), { maxLength: 30 }),
  )
  .map(([magic, frames]) =>
    joined(
      text(magic),
      ...frames.map(([header, body, isRight]) => {
        const length = isRight ? (AMR_BYTES[(header >> 3) & 15] as number) : body.length;
        const bytes = new Uint8Array(length);
        bytes.set(body.subarray(0, length));
        return joined([header], bytes);
      }),
    ),
  );

const CODINGS = ["pcm", "ulaw", "alaw", "mu-law", "pcm,embedded-shorten-v2.00", ""];

const sphere = fc
  .tuple(
    fc.record({
      sample_n_bytes: mostly(2, 32),
      channel_count: mostly(1, 32),
      sample_count: hostileNumber(32),
      sample_rate: fc.oneof(mostly(16_000, 32), fc.double({ noNaN: true })),
      sample_byte_format: fc.constantFrom("01", "10", "1", "0123", "?"),
      sample_coding: fc.constantFrom(...CODINGS),
    }),
    anyBytes,
    mostly(1_024, 20),
  )
  .map(([fields, data, headerBytes]): Bytes => makeSphere(fields, data, headerBytes));

export const frameFiles = fc.oneof(
  named("FLAC", flac),
  named("ADTS", adts),
  named("MP3", mp3),
  named("AMR", amr),
  named("SPHERE", sphere),
);
