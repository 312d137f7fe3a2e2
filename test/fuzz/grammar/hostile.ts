/** What fields of a file hold that is made to be a burden: numbers at the edges, and bytes of any kind. */
import fc from "fast-check";

export type Bytes = Uint8Array<ArrayBuffer>;

/** A file, and what it is. */
export interface FuzzedFile {
  readonly history: string;
  readonly bytes: Bytes;
}

const EDGES = [0, 1, 2, 7, 8, 0x7f, 0x80, 0xff, 0x100, 0x7fff, 0x8000, 0xffff, 0x10000, 0xffffff];
const WORD_EDGES = [0x7fffffff, 0x80000000, 0xfffffff0, 0xffffffff];

/** A whole number of so many bits: small ones, those at the edges, and any. */
export function hostileNumber(bits: number): fc.Arbitrary<number> {
  const most = 2 ** bits - 1;
  const edges = [...EDGES, ...WORD_EDGES, most, most - 1].filter((edge) => edge <= most);
  return fc.oneof(
    { weight: 3, arbitrary: fc.nat({ max: Math.min(most, 40) }) },
    { weight: 2, arbitrary: fc.constantFrom(...edges) },
    { weight: 1, arbitrary: fc.integer({ min: 0, max: Math.min(most, 2 ** 31 - 1) }) },
  );
}

/** The right number mostly, else a hostile one. */
export function mostly(right: number, bits: number): fc.Arbitrary<number> {
  return fc.oneof({ weight: 5, arbitrary: fc.constant(right) }, hostileNumber(bits));
}

/** Content of a packet, a chunk or a box that is of no known kind. */
export const anyBytes: fc.Arbitrary<Bytes> = fc.oneof(
  { weight: 3, arbitrary: fc.uint8Array({ maxLength: 60 }) },
  { weight: 1, arbitrary: fc.uint8Array({ maxLength: 2_000 }) },
  { weight: 1, arbitrary: filledBytes() },
) as fc.Arbitrary<Bytes>;

/** Many bytes of one value, which cost a generator nothing. */
function filledBytes(): fc.Arbitrary<Uint8Array> {
  return fc
    .tuple(fc.nat({ max: 20_000 }), fc.constantFrom(0, 0x11, 0xff))
    .map(([length, value]) => new Uint8Array(length).fill(value));
}

/** Files of one kind under its name. */
export function named(name: string, files: fc.Arbitrary<Bytes>): fc.Arbitrary<FuzzedFile> {
  return files.map((bytes) => ({ history: `made by the grammar of ${name}`, bytes }));
}
