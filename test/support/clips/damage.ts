/** Ways in which files break: arbitrary damage to clips. */
import { readdirSync } from "node:fs";
import { join, relative } from "node:path";
import fc from "fast-check";
import { readClip } from "../../../support/decoding/fixtures.ts";
import { FIELD_CLIPS } from "./field/index.ts";

/** Files by name; each call gives bytes of its own. */
export type WholeFiles = ReadonlyMap<string, () => Bytes>;

/** Every file of test/fixtures/clips by format, those that are not read too; `field/` and `bit-exact/` are apart. */
export const ALL_FILES: WholeFiles = new Map(
  filesBelow("clips")
    .filter((file) => !/^(field|bit-exact)\//.test(file))
    .map((file) => [file, () => readClip(file)]),
);

/** Every odd clip of the field: those of test/fixtures/clips/field, and those that are made. */
export async function fieldFiles(): Promise<WholeFiles> {
  const stored = filesBelow("clips/field").filter((file) => !/\.(json|md)$/.test(file));
  const made = await Promise.all(
    FIELD_CLIPS.map(async (clip) => [clip.name, await clip.make()] as const),
  );
  return new Map([
    ...stored.map((file) => [file, () => readClip(`field/${file}`)] as const),
    ...made.map(([name, bytes]) => [name, () => bytes.slice()] as const),
  ]);
}

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

/** A place in a file, as a part of its length. */
const places = fc.double({ min: 0, max: 1, noNaN: true });

/** Any of these files, broken in any of these ways. */
export function damageTo(whole: WholeFiles): fc.Arbitrary<DamagedFile> {
  const files = fc.constantFrom(...whole.keys()).map((name) => ({
    name,
    bytes: (whole.get(name) as () => Bytes)(),
  }));
  return fc.oneof(
    truncated(files),
    bitFlipped(files),
    spliced(files),
    withOddHeader(files),
    randomBehindMagic(files),
  );
}

/** A file before it is broken; its bytes may be written to. */
type Files = fc.Arbitrary<{ readonly name: string; readonly bytes: Bytes }>;

function truncated(files: Files): fc.Arbitrary<DamagedFile> {
  return fc.tuple(files, places).map(([{ name, bytes }, place]) => ({
    history: `${name} cut`,
    bytes: bytes.slice(0, Math.floor(bytes.length * place)),
  }));
}

function bitFlipped(files: Files): fc.Arbitrary<DamagedFile> {
  const flips = fc.array(fc.tuple(places, fc.nat({ max: 7 })), { minLength: 1, maxLength: 40 });
  return fc.tuple(files, flips).map(([{ name, bytes }, bits]) => {
    for (const [place, bit] of bits) flip(bytes, Math.floor(place * (bytes.length - 1)), bit);
    return { history: `${name} with bits flipped`, bytes };
  });
}

function spliced(files: Files): fc.Arbitrary<DamagedFile> {
  return fc.tuple(files, places, files, places).map(([head, end, tail, begin]) => ({
    history: `${head.name} that goes on as ${tail.name}`,
    bytes: joined(
      head.bytes.subarray(0, Math.floor(head.bytes.length * end)),
      tail.bytes.subarray(Math.floor(tail.bytes.length * begin)),
    ),
  }));
}

function withOddHeader(files: Files): fc.Arbitrary<DamagedFile> {
  const field = fc.tuple(
    fc.nat({ max: HEADER_BYTES }),
    fc.oneof(fc.constantFrom(...ODD_NUMBERS), fc.nat({ max: 0xffffffff })),
    fc.constantFrom(1, 2, 4),
    fc.boolean(),
  );
  const fields = fc.array(field, { minLength: 1, maxLength: 4 });
  return fc.tuple(files, fields).map(([{ name, bytes }, changes]) => {
    for (const [at, value, size, isLittleEndian] of changes) {
      writeNumber(bytes, at, value, size, isLittleEndian);
    }
    return { history: `${name} with odd numbers in its header`, bytes };
  });
}

/** What files begin with, up to a whole header, and then anything. */
function randomBehindMagic(files: Files): fc.Arbitrary<DamagedFile> {
  return fc
    .tuple(files, fc.integer({ min: 4, max: 80 }), fc.uint8Array({ maxLength: 2_000 }))
    .map(([{ name, bytes }, magicBytes, random]) => ({
      history: `the first ${magicBytes} bytes of ${name}, then random ones`,
      bytes: joined(bytes.subarray(0, magicBytes), random),
    }));
}

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

/** The files of a folder of test/fixtures and of those below it. */
function filesBelow(folder: string): string[] {
  return readdirSync(fixture(folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => relative(fixture(folder), join(parentPath, name)))
    .sort();
}

function fixture(path: string): string {
  return join(import.meta.dirname, "../../fixtures", path);
}
