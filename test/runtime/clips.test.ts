import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { MOST_IDLE_BYTES } from "../../src/audio/codecs/codec-heap.ts";
import { CODEC_NAMES } from "../../src/audio/codecs/codec-modules.ts";
import { expectAgreement, expectAligned, expectDescribed } from "../audio/agreement.ts";
import { joined } from "../audio/containers/bytes.ts";
import type { Decoded } from "../audio/decoding.ts";
import { readClip } from "../audio/fixtures.ts";
import { decodeByReference, referencePrograms } from "../audio/reference-decoders.ts";
import { CLIPS } from "../fixtures/clips.ts";
import { needsPrograms } from "../programs.ts";
import { bootDecoding, type DecodingWorker } from "./decoding.ts";

let worker: DecodingWorker;
beforeAll(async () => {
  worker = await bootDecoding();
});
afterAll(() => worker?.stop());

describe.each(CLIPS)("in workerd, $file", (clip) => {
  let decoded: Decoded;
  beforeAll(async () => {
    decoded = await worker.decode(readClip(clip.file));
  });

  test("is told for what it is, and has the sound where it was encoded", () => {
    expectDescribed(clip, decoded);
    expectAligned(clip, decoded);
  });

  test(`has the samples of ${clip.reference}`, (context) => {
    needsPrograms(context, ...referencePrograms(clip));
    expectAgreement(clip, decoded, decodeByReference(clip));
  });
});

test("in workerd, a decoder takes at most 24 MB of WASM memory, and leaves one instance of its codec", async () => {
  for (let round = 0; round < 2; round++) {
    for (const { file } of CLIPS) {
      const { wasm } = await worker.decode(readClip(file));
      expect(wasm.tookBytes, file).toBeLessThanOrEqual(24e6);
      expect(wasm.heldBytes).toBeLessThanOrEqual(CODEC_NAMES.length * MOST_IDLE_BYTES);
    }
  }
});

test("in workerd, a chain of 300 streams takes the WASM memory of one decoder", async () => {
  const chain = joined(...Array<Uint8Array>(300).fill(readClip("ogg/opus-8000-1.opus")));
  const { channels, damaged, wasm } = await worker.decode(chain);
  expect(channels[0]).toHaveLength(300 * 52_800);
  expect(damaged).toBe(false);
  expect(wasm.tookBytes).toBeLessThanOrEqual(MOST_IDLE_BYTES);
});
