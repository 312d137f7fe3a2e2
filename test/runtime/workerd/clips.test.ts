import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { MOST_IDLE_BYTES } from "../../../src/audio/codecs/wasm/heap.ts";
import {
  expectAgreement,
  expectAligned,
  expectDescribed,
} from "../../../support/clips/agreement.ts";
import { joined } from "../../../support/clips/bytes.ts";
import type { Decoded } from "../../../support/decoding/decode-all.ts";
import { CLIPS } from "../../../support/decoding/fixture-list.ts";
import { readClip } from "../../../support/decoding/fixtures.ts";
import { decodeByReference, referencePrograms } from "../../../support/decoding/reference.ts";
import { needsPrograms } from "../../../support/programs.ts";
import { bootDecoding, type DecodingWorker } from "../../support/runtimes/decoding.ts";

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

test("in workerd, a decoder takes at most 24 MB of WASM memory, and leaves what idle instances may have", async () => {
  for (let round = 0; round < 2; round++) {
    for (const { file } of CLIPS) {
      const { wasm } = await worker.decode(readClip(file));
      expect(wasm.tookBytes, file).toBeLessThanOrEqual(24e6);
      expect(wasm.heldBytes).toBeLessThanOrEqual(MOST_IDLE_BYTES);
    }
  }
});

test("in workerd, a chain of 300 streams takes the WASM memory of one decoder", async () => {
  const chain = joined(...Array<Uint8Array>(300).fill(readClip("ogg/opus-8000-1.opus")));
  const { channels, damaged, wasm } = await worker.decode(chain);
  expect(channels[0]).toHaveLength(300 * 52_800);
  expect(damaged).toBe(false);
  expect(wasm.tookBytes).toBeLessThanOrEqual(2 ** 20);
});
