/** Decodes clips for tests as the service does, in pieces of any size; every decoder's tests share it. */

import { isDeepStrictEqual } from "node:util";
import fc from "fast-check";
import { createDecodeBudget } from "../../src/audio/budget/budget.ts";
import { byteSource } from "../../src/audio/bytes/source.ts";
import type { CodecModules } from "../../src/audio/codecs/wasm/modules.ts";
import { nodeCodecs } from "../../src/audio/codecs/wasm/node.ts";
import { decodeClip } from "../../src/audio/decode.ts";
import type {
  ClipDecoder,
  ClipDescription,
  DecodeContext,
  DecoderFinding,
} from "../../src/audio/decoder.ts";
import { UndertoneError } from "../../src/errors.ts";

/** Every codec, as test/support/build.ts has built it. */
export const CODECS = nodeCodecs();

/** No codec, as in a build that leaves all of them out. */
export const NO_CODECS: CodecModules = { module: async () => null };

/** A context for tests that look at a decoder's blocks alone: nothing is kept of what it says; without codecs. */
export function silentContext(given: Partial<DecodeContext> = {}): DecodeContext {
  return {
    describe() {},
    damaged() {},
    notice() {},
    codecs: NO_CODECS,
    budget: createDecodeBudget(),
    ...given,
  };
}

export interface DecodingOptions {
  /** Sizes of the pieces that the bytes arrive in, over and over; all at once if left out. */
  readonly pieces?: readonly number[];
  /** Kind of the pieces; copies of the bytes if left out. */
  readonly form?: PieceForm;
  /** Told by the bytes if left out. */
  readonly decoder?: ClipDecoder;
  readonly codecs?: CodecModules;
}

/** Samples of one format. */
export interface DecodedPart {
  readonly description: ClipDescription;
  /** One array per channel, the blocks' samples joined. */
  readonly channels: readonly Float32Array[];
}

/** Makes of a piece's bytes what some runtime would hand out. */
export type PieceForm = (piece: Uint8Array) => Uint8Array;

/** Kinds of pieces in Node, workerd and browsers. */
export const PIECE_FORMS: Readonly<Record<string, PieceForm>> = {
  "arrays of their own": (piece) => piece.slice(),
  "views of larger buffers": (piece) =>
    surrounded(piece).subarray(SURROUNDING_BYTES, -SURROUNDING_BYTES),
  "Node's Buffers of their own": (piece) => Buffer.from(piece.slice().buffer),
  "Node's Buffers in a pool": (piece) =>
    Buffer.from(surrounded(piece).buffer, SURROUNDING_BYTES, piece.length),
};

const SURROUNDING_BYTES = 3;

function surrounded(piece: Uint8Array): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(piece.length + 2 * SURROUNDING_BYTES).fill(0xa5);
  whole.set(piece, SURROUNDING_BYTES);
  return whole;
}

/** All that came out of a decoder; as a part it is what comes before the format changes. */
export interface Decoded extends DecodedPart {
  /** Later parts, from change to change. */
  readonly further: readonly DecodedPart[];
  /** True if the decoder reported that the file is cut or damaged. */
  readonly damaged: boolean;
  /** Every warning of the decoder. */
  readonly noticed: readonly DecoderFinding[];
}

/** Decodes all of `bytes`, and checks what every decoder promises of the order and shape of what it gives. */
export async function decodeAll(
  bytes: Uint8Array,
  {
    pieces = [],
    form = (piece) => piece,
    decoder = decodeClip,
    codecs = CODECS,
  }: DecodingOptions = {},
): Promise<Decoded> {
  const budget = createDecodeBudget();
  const source = byteSource(Iterator.from(inPieces(bytes, pieces)).map(form), budget);
  let damaged = false;
  const noticed: DecoderFinding[] = [];
  const parts: { description: ClipDescription; blocks: (readonly Float32Array[])[] }[] = [];
  const context = {
    codecs,
    budget,
    describe(description: ClipDescription) {
      const before = parts.at(-1);
      if (isDeepStrictEqual(before?.description, description)) throw new Error("described twice");
      if (before?.blocks.length === 0) throw new Error("described, and nothing came of it");
      parts.push({ description, blocks: [] });
    },
    damaged() {
      if (parts.length === 0) throw new Error("damaged before anything was decoded");
      damaged = true;
    },
    notice(finding: DecoderFinding) {
      noticed.push(finding);
    },
  };
  for await (const { channels } of decoder(source, context)) {
    const part = parts.at(-1);
    if (channels.length !== part?.description.channels) throw new Error("not as described");
    if (new Set(channels.map(({ length }) => length)).size > 1) throw new Error("ragged channels");
    part.blocks.push(channels);
  }
  const [first, ...further] = parts.map(({ description, blocks }) => ({
    description,
    channels: Array.from({ length: description.channels }, (_, index) =>
      joinSamples(blocks.map((block) => block[index] as Float32Array)),
    ),
  }));
  if (first === undefined) throw new Error("the clip was never described");
  return { ...first, further, damaged, noticed };
}

/** The error of a refused clip, in place of samples. */
export async function refusalOfDecoding(
  bytes: Uint8Array,
  options: DecodingOptions = {},
): Promise<UndertoneError> {
  const outcome = await decodedOrRefused(bytes, options);
  if (outcome instanceof UndertoneError) return outcome;
  throw new Error("nothing was refused");
}

/** Samples, or the named refusal that every other file has to end in; any other exception is passed on. */
export async function decodedOrRefused(
  bytes: Uint8Array,
  options: DecodingOptions = {},
): Promise<Decoded | UndertoneError> {
  try {
    return await decodeAll(bytes, options);
  } catch (error) {
    if (error instanceof UndertoneError) return error;
    throw error;
  }
}

/** Sizes of pieces: single bytes, odd ones, and more than a decoder is fed at once. */
export const pieceSizes: fc.Arbitrary<number[]> = fc.array(
  fc.oneof(fc.integer({ min: 1, max: 40 }), fc.integer({ min: 41, max: 200_000 })),
  { minLength: 1, maxLength: 8 },
);

/** `bytes` in pieces of these sizes, which are gone through over and over; all at once if there are none. */
export function* inPieces(bytes: Uint8Array, sizes: readonly number[]): Generator<Uint8Array> {
  if (sizes.length === 0) {
    yield bytes;
    return;
  }
  for (let at = 0, piece = 0; at < bytes.length; piece++) {
    const size = sizes[piece % sizes.length] as number;
    yield bytes.slice(at, at + size);
    at += size;
  }
}

function joinSamples(parts: readonly Float32Array[]): Float32Array<ArrayBuffer> {
  const joined = new Float32Array(parts.reduce((length, part) => length + part.length, 0));
  let filled = 0;
  for (const part of parts) {
    joined.set(part, filled);
    filled += part.length;
  }
  return joined;
}
