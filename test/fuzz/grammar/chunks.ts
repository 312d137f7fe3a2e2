/** WAV and AIFF: chunks in any order, with headers that promise anything. */
import fc from "fast-check";
import { joined, text, unsigned } from "../../../support/clips/bytes.ts";
import { anyBytes, type Bytes, hostileNumber, mostly, named } from "./hostile.ts";

const little = (value: number, bytes: number): Bytes => unsigned(value, bytes).reverse() as Bytes;

const TAGS = [1, 2, 3, 6, 7, 0x11, 0x31, 0x50, 0x55, 0xff, 0x1610, 0x674f, 0xfffe];

const waveFormat = fc
  .tuple(
    fc.oneof(fc.constantFrom(...TAGS), hostileNumber(16)),
    mostly(1, 16),
    fc.oneof(fc.constantFrom(8_000, 16_000, 44_100, 48_000, 192_000), hostileNumber(32)),
    hostileNumber(32),
    mostly(2, 16),
    fc.oneof(fc.constantFrom(8, 16, 24, 32, 64), hostileNumber(16)),
    fc.oneof(fc.constant(new Uint8Array()), anyBytes),
  )
  .map(([tag, channels, rate, byteRate, align, bits, extension]) =>
    joined(
      little(tag, 2),
      little(channels, 2),
      little(rate, 4),
      little(byteRate, 4),
      little(align, 2),
      little(bits, 2),
      extension,
    ),
  );

const WAVE_IDS = [
  "LIST",
  "fact",
  "junk",
  "bext",
  "cue ",
  "ds64",
  "RIFF",
  "data",
  "id3 ",
  "\0\0\0\0",
];

const waveChunk = fc
  .oneof(
    { weight: 2, arbitrary: fc.tuple(fc.constant("fmt "), waveFormat) },
    { weight: 2, arbitrary: fc.tuple(fc.constant("data"), anyBytes) },
    { weight: 1, arbitrary: fc.tuple(fc.constantFrom(...WAVE_IDS), anyBytes) },
  )
  .chain(([id, content]) =>
    fc
      .tuple(mostly(content.length, 32), fc.boolean())
      .map(([size, isPadded]) =>
        joined(text(id), little(size, 4), content, isPadded ? new Uint8Array(size & 1) : []),
      ),
  );

const wave = fc
  .tuple(
    fc.constantFrom("RIFF", "RIFF", "RF64", "BW64", "RIFX"),
    hostileNumber(32),
    fc.array(waveChunk, { maxLength: 8 }),
    fc.boolean(),
  )
  .map(([form, size, chunks, isRight]) => {
    const body = joined(text("WAVE"), ...chunks);
    return joined(text(form), little(isRight ? body.length : size, 4), body);
  });

const COMPRESSIONS = [
  "NONE",
  "sowt",
  "twos",
  "fl32",
  "fl64",
  "ulaw",
  "alaw",
  "ima4",
  "raw ",
  "????",
];

const common = fc
  .tuple(
    mostly(1, 16),
    hostileNumber(32),
    fc.oneof(fc.constantFrom(8, 12, 16, 24, 32), hostileNumber(16)),
    fc.oneof(
      fc.constant(Uint8Array.of(0x40, 0x0e, 0xac, 0x44, 0, 0, 0, 0, 0, 0)),
      fc.uint8Array({ minLength: 10, maxLength: 10 }),
    ),
    fc.oneof(fc.constant(null), fc.constantFrom(...COMPRESSIONS)),
    anyBytes,
  )
  .map(([channels, frames, bits, rate, compression, name]) =>
    joined(
      unsigned(channels, 2),
      unsigned(frames, 4),
      unsigned(bits, 2),
      rate,
      compression === null ? [] : joined(text(compression), name),
    ),
  );

const soundData = fc
  .tuple(mostly(0, 32), hostileNumber(32), anyBytes)
  .map(([offset, blockSize, bytes]) => joined(unsigned(offset, 4), unsigned(blockSize, 4), bytes));

const aiffChunk = fc
  .oneof(
    { weight: 2, arbitrary: fc.tuple(fc.constant("COMM"), common) },
    { weight: 2, arbitrary: fc.tuple(fc.constant("SSND"), soundData) },
    { weight: 1, arbitrary: fc.tuple(fc.constantFrom("FVER", "NAME", "FORM", "ID3 "), anyBytes) },
  )
  .chain(([id, content]) =>
    mostly(content.length, 32).map((size) =>
      joined(text(id), unsigned(size, 4), content, new Uint8Array(size & 1)),
    ),
  );

const aiff = fc
  .tuple(
    fc.constantFrom("AIFF", "AIFC"),
    hostileNumber(32),
    fc.array(aiffChunk, { maxLength: 8 }),
    fc.boolean(),
  )
  .map(([type, size, chunks, isRight]) => {
    const body = joined(text(type), ...chunks);
    return joined(text("FORM"), unsigned(isRight ? body.length : size, 4), body);
  });

export const chunkFiles = fc.oneof(named("WAV", wave), named("AIFF", aiff));
