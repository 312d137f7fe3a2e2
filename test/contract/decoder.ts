/** What every decoder must do. */

import fc from "fast-check";
import { beforeAll, describe, expect, test } from "vitest";
import { byteSource } from "../../src/audio/bytes/source.ts";
import type { CodecModules } from "../../src/audio/codecs/wasm/modules.ts";
import { nodeCodecs } from "../../src/audio/codecs/wasm/node.ts";
import type { ClipDecoder } from "../../src/audio/decoder.ts";
import { UndertoneError } from "../../src/errors.ts";
import { collectGarbage } from "../../support/collect-garbage.ts";
import {
  type Decoded,
  type DecodedPart,
  decodeAll,
  decodedOrRefused,
  inPieces,
  NO_CODECS,
  pieceSizes,
  refusalOfDecoding,
  silentContext,
} from "../../support/decoding/decode-all.ts";
import { watchWasmMemory } from "../../support/wasm-memory.ts";

/** A decoder under test, and a clip that it decodes. */
export interface DecoderUnderTest {
  readonly decoder: ClipDecoder;
  readonly bytes: Uint8Array;
  /** How a refusal names the codec; null for a decoder without WASM. */
  readonly codecName: string | null;
}

const BREAKAGES = ["clip-truncated", "clip-damaged", "clip-too-short"];
const DAMAGE_REFUSALS = [
  ...BREAKAGES,
  "clip-header-inconsistent",
  "unsupported-codec",
  "no-audio-track",
  // An MP4 file whose index has another name is a later piece of one.
  "not-audio",
  "clip-samples-not-finite",
  "channels-unsupported",
  "sample-rate-unsupported",
];
const memory = watchWasmMemory();
const MOST_INSTANCE_BYTES = 4 * 2 ** 20;
const REPEATS = 20;

/** Runs the contract with one clip. */
export function describeDecoderContract(
  name: string,
  { decoder, bytes, codecName }: DecoderUnderTest,
): void {
  describe(`${name} keeps the decoder contract`, () => {
    const codecs = nodeCodecs();
    let whole: Decoded;
    beforeAll(async () => {
      whole = await decodeAll(bytes, { decoder, codecs });
    });

    test("says what the clip is, anew only where that changes, and gives samples within full scale or a little beyond", () => {
      const { channels, damaged } = whole;
      expect(damaged).toBe(false);
      expect(channels[0]?.length).toBeGreaterThan(0);
      for (const samples of channels) {
        expect(Math.max(...samples.map(Math.abs))).toBeLessThan(2);
      }
    });

    test("gives the same samples whatever pieces the bytes come in", async () => {
      await fc.assert(
        fc.asyncProperty(pieceSizes, async (pieces) => {
          const decoded = await decodeAll(bytes, { decoder, codecs, pieces });
          expectSame(decoded, whole);
        }),
        { numRuns: 20, examples: [[[1]]] },
      );
    });

    test("gives the same samples of Node's Buffers, which lie somewhere in a pool", async () => {
      const pool = Buffer.concat([Buffer.alloc(1_001), bytes]);
      const decoded = await decodeAll(pool.subarray(1_001), { decoder, codecs, pieces: [5_000] });
      expectSame(decoded, whole);
    });

    test("gives the beginning of the clip, or says why not, wherever the file is cut", async () => {
      await fc.assert(
        fc.asyncProperty(fc.nat({ max: bytes.length - 1 }), async (end) => {
          const outcome = await decodedOrRefused(bytes.slice(0, end), { decoder, codecs });
          if (outcome instanceof UndertoneError) expect(BREAKAGES).toContain(outcome.slug);
          else expectBeginning(outcome, whole);
        }),
        { numRuns: 100, examples: [[0], [1], [bytes.length - 1]] },
      );
    });

    test("says that the last byte is missing", async () => {
      const outcome = await decodedOrRefused(bytes.slice(0, -1), { decoder, codecs });
      if (outcome instanceof UndertoneError) expect(BREAKAGES).toContain(outcome.slug);
      else expect(outcome.damaged).toBe(true);
    });

    test("gives samples or a named refusal, whatever bits are wrong", async () => {
      const flips = fc.array(fc.nat({ max: bytes.length * 8 - 1 }), {
        minLength: 1,
        maxLength: 20,
      });
      await fc.assert(
        fc.asyncProperty(flips, async (bits) => {
          const outcome = await decodedOrRefused(flipped(bytes, bits), { decoder, codecs });
          if (outcome instanceof UndertoneError) expect(DAMAGE_REFUSALS).toContain(outcome.slug);
          else expect(outcome.channels[0]?.length).toBeGreaterThan(0);
        }),
        { numRuns: 100 },
      );
    });

    test("asks for no more bytes once its reader has left", async () => {
      let pulled = 0;
      const source = byteSource(counted(inPieces(bytes, [512]), () => pulled++));
      const blocks = decoder(source, silentContext({ codecs }));
      expect((await blocks.next()).done).toBe(false);
      const pulledBefore = pulled;
      await blocks.return(undefined);
      expect((await blocks.next()).done).toBe(true);
      expect(pulled).toBe(pulledBefore);
    });

    if (codecName === null) return;

    test("names the codec that a build leaves out", async () => {
      const { slug, message } = await refusalOfDecoding(bytes, { decoder, codecs: NO_CODECS });
      expect(slug).toBe("unsupported-codec");
      expect(message).toContain(`The clip is ${codecName}, whose decoder this build`);
    });

    test("holds little memory, and once it is done, left or failed what one decoder needs", async () => {
      memory.takeMadeBytes();
      await collectGarbage();
      const heldBefore = memory.heldBytes();
      for (let repeat = 0; repeat < REPEATS; repeat++) {
        await decodeAll(bytes, { decoder, codecs });
        await decodeOneBlock(decoder, bytes, codecs);
        await decodedOrRefused(flipped(bytes, [bytes.length * 4]), { decoder, codecs });
      }
      expect(memory.takeMadeBytes()).toBeLessThanOrEqual(3 * REPEATS * MOST_INSTANCE_BYTES);
      await collectGarbage();
      expect(memory.heldBytes() - heldBefore).toBeLessThanOrEqual(MOST_INSTANCE_BYTES);
    });
  });
}

async function decodeOneBlock(
  decoder: ClipDecoder,
  bytes: Uint8Array,
  codecs: CodecModules,
): Promise<void> {
  const blocks = decoder(byteSource([bytes]), silentContext({ codecs }));
  await blocks.next();
  await blocks.return(undefined);
}

function expectSame(decoded: Decoded, expected: Decoded): void {
  expect(decoded.damaged).toBe(expected.damaged);
  expect(decoded.noticed).toEqual(expected.noticed);
  expect(decoded.further).toHaveLength(expected.further.length);
  expectBeginning(decoded, expected);
  for (const [index, { channels }] of partsOf(decoded).entries()) {
    expect(channels[0]).toHaveLength(partsOf(expected)[index]?.channels[0]?.length ?? 0);
  }
}

/** Of its parts, all but the last are whole. */
function expectBeginning(decoded: Decoded, whole: Decoded): void {
  for (const [part, { description, channels }] of partsOf(decoded).entries()) {
    const expected = partsOf(whole)[part] as DecodedPart;
    expect(description).toEqual(expected.description);
    for (const [index, samples] of channels.entries()) {
      const isLast = part === decoded.further.length;
      const beginning = expected.channels[index]?.slice(0, isLast ? samples.length : undefined);
      expect(bytesOf(samples).equals(bytesOf(beginning))).toBe(true);
    }
  }
}

function partsOf(decoded: Decoded): readonly DecodedPart[] {
  return [decoded, ...decoded.further];
}

function bytesOf(samples: Float32Array = new Float32Array()): Buffer {
  return Buffer.from(samples.buffer, samples.byteOffset, samples.byteLength);
}

function flipped(bytes: Uint8Array, bits: readonly number[]): Uint8Array {
  const changed = bytes.slice();
  for (const bit of bits) changed[bit >> 3] = (changed[bit >> 3] as number) ^ (1 << (bit & 7));
  return changed;
}

function* counted(pieces: Iterable<Uint8Array>, count: () => void): Generator<Uint8Array> {
  for (const piece of pieces) {
    count();
    yield piece;
  }
}
