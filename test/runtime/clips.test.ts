import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { expectAgreement, expectAligned, expectDescribed } from "../audio/agreement.ts";
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

test("in workerd, a decoder takes at most 24 MB of WASM memory, and decoders give it back", async () => {
  const mostHeldBytes = 64e6;
  let tookBytes = 0;
  while (tookBytes < 2 * mostHeldBytes) {
    for (const { file } of CLIPS) {
      const { wasm } = await worker.decode(readClip(file));
      expect(wasm.tookBytes, file).toBeLessThanOrEqual(24e6);
      expect(wasm.heldBytes).toBeLessThanOrEqual(mostHeldBytes);
      tookBytes += wasm.tookBytes;
    }
  }
});
