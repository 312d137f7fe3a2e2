import { beforeAll, describe, test } from "vitest";
import { nodeCodecs } from "../../src/audio/codecs/modules-node.ts";
import { CLIPS } from "../fixtures/clips.ts";
import { needsPrograms } from "../programs.ts";
import { expectAgreement, expectAligned, expectDescribed } from "./agreement.ts";
import { type Decoded, decodeAll } from "./decoding.ts";
import { readClip } from "./fixtures.ts";
import { decodeByReference, referencePrograms } from "./reference-decoders.ts";

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
