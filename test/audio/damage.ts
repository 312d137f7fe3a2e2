/** Ways in which files break: arbitrary damage to the clips of test/fixtures/clips. */
import { readdirSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { readClip } from "./fixtures.ts";

/** Every file under test/fixtures/clips, those that are not read too. */
export const ALL_FILES: readonly string[] = readdirSync(
  join(import.meta.dirname, "../fixtures/clips"),
  { recursive: true, withFileTypes: true },
)
  .filter((entry) => entry.isFile())
  .map(({ parentPath, name }) => join(parentPath, name).split("fixtures/clips/")[1] as string)
  .sort();

/** A broken file, and how it came about. */
export interface DamagedFile {
  readonly history: string;
  readonly bytes: Uint8Array<ArrayBuffer>;
}

type Bytes = Uint8Array<ArrayBuffer>;

/** Headers of all containers are within so many bytes, those of their first packets too. */
const HEADER_BYTES = 600;
/** What fields of headers are not expected to be. */
const ODD_NUMBERS = [0, 1, 0x7f, 0x80, 0xff, 0x7fff, 0xffff, 0x7fffffff, 0x80000000, 0xffffffff];

const files = fc.constantFrom(...ALL_FILES);
/** A place in a file, as a part of its length. */
const places = fc.double({ min: 0, max: 1, noNaN: true });

const truncated = fc.tuple(files, places).map(([file, place]) => {
  const bytes = readClip(file);
  return { history: `${file} cut`, bytes: bytes.slice(0, Math.floor(bytes.length * place)) };
});

const bitFlipped = fc
  .tuple(files, fc.array(fc.tuple(places, fc.nat({ max: 7 })), { minLength: 1, maxLength: 40 }))
  .map(([file, flips]) => {
    const bytes = readClip(file);
    for (const [place, bit] of flips) flip(bytes, Math.floor(place * (bytes.length - 1)), bit);
    return { history: `${file} with bits flipped`, bytes };
  });

const spliced = fc.tuple(files, places, files, places).map(([first, end, second, begin]) => {
  const [head, tail] = [readClip(first), readClip(second)];
  const bytes = joined(
    head.subarray(0, Math.floor(head.length * end)),
    tail.subarray(Math.floor(tail.length * begin)),
  );
  return { history: `${first} that goes on as ${second}`, bytes };
});

const withOddHeader = fc
  .tuple(
    files,
    fc.array(
      fc.tuple(
        fc.nat({ max: HEADER_BYTES }),
        fc.oneof(fc.constantFrom(...ODD_NUMBERS), fc.nat({ max: 0xffffffff })),
        fc.constantFrom(1, 2, 4),
        fc.boolean(),
      ),
      { minLength: 1, maxLength: 4 },
    ),
  )
  .map(([file, fields]) => {
    const bytes = readClip(file);
    for (const [at, value, size, isLittleEndian] of fields) {
      writeNumber(bytes, at, value, size, isLittleEndian);
    }
    return { history: `${file} with odd numbers in its header`, bytes };
  });

/** What files begin with, up to a whole header, and then anything. */
const randomBehindMagic = fc
  .tuple(files, fc.integer({ min: 4, max: 80 }), fc.uint8Array({ maxLength: 2_000 }))
  .map(([file, magicBytes, random]) => ({
    history: `the first ${magicBytes} bytes of ${file}, then random ones`,
    bytes: joined(readClip(file).subarray(0, magicBytes), random),
  }));

/** Any of these. */
export const damagedFiles: fc.Arbitrary<DamagedFile> = fc.oneof(
  truncated,
  bitFlipped,
  spliced,
  withOddHeader,
  randomBehindMagic,
);

function flip(bytes: Bytes, at: number, bit: number): void {
  bytes[at] = (bytes[at] as number) ^ (1 << bit);
}

function writeNumber(
  bytes: Bytes,
  at: number,
  value: number,
  size: number,
  isLittleEndian: boolean,
): void {
  const view = new DataView(bytes.buffer);
  if (at + size > bytes.length) return;
  if (size === 1) view.setUint8(at, value);
  else if (size === 2) view.setUint16(at, value, isLittleEndian);
  else view.setUint32(at, value, isLittleEndian);
}

function joined(...parts: readonly Uint8Array[]): Bytes {
  return new Uint8Array(Buffer.concat(parts));
}
