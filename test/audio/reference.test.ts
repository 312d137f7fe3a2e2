import { beforeAll, describe, test } from "vitest";
import { nodeCodecs } from "../../src/audio/codecs/wasm/node.ts";
import { expectAgreement, expectAligned, expectDescribed } from "../../support/clips/agreement.ts";
import { type Decoded, decodeAll } from "../../support/decoding/decode-all.ts";
import { CLIPS } from "../../support/decoding/fixture-list.ts";
import { readClip } from "../../support/decoding/fixtures.ts";
import { decodeByReference, referencePrograms } from "../../support/decoding/reference.ts";
import { needsPrograms } from "../../support/programs.ts";

const codecs = nodeCodecs();

describe.each(CLIPS)("$file", (clip) => {
  let decoded: Decoded;
  beforeAll(async () => {
    decoded = await decodeAll(readClip(clip.file), { codecs });
  });

  test("is told for what it is, with as many samples as it has", () => {
    expectDescribed(clip, decoded);
  });

  test("has the sound where it was encoded", () => {
    expectAligned(clip, decoded);
  });

  test(`has the samples of ${clip.reference}`, (context) => {
    needsPrograms(context, ...referencePrograms(clip));
    expectAgreement(clip, decoded, decodeByReference(clip));
  });
});
