/** Decodes clips in the test's own thread, as Workers do. */
import { type PrepareClip, prepareClip } from "../../../src/audio/prepare.ts";
import { CODECS } from "../../../support/decoding/decode-all.ts";

export const prepareHere: PrepareClip = (pieces, request) =>
  prepareClip(pieces, { ...request, codecs: CODECS });
