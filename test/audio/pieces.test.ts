import fc from "fast-check";
import { expect, test } from "vitest";
import {
  type Decoded,
  decodeAll,
  PIECE_FORMS,
  pieceSizes,
} from "../../support/decoding/decode-all.ts";
import { CLIPS } from "../../support/decoding/fixture-list.ts";
import { readClip } from "../../support/decoding/fixtures.ts";
import { FIELD_CLIPS } from "../support/clips/field/index.ts";

const TIMEOUT_MS = 600_000;
const RUNS = 100;

/** Every clip by its name. */
const CLIP_BYTES = new Map<string, () => Promise<Uint8Array>>([
  ...CLIPS.map(({ file }) => [file, async () => readClip(file)] as const),
  ...FIELD_CLIPS.map((clip) => [clip.name, () => clip.make()] as const),
]);

const decodedWhole = new Map<string, Promise<Decoded>>();

/** What a clip is when it arrives all at once. */
async function decodeWhole(name: string, bytes: Uint8Array): Promise<Decoded> {
  const known = decodedWhole.get(name) ?? decodeAll(bytes);
  decodedWhole.set(name, known);
  return known;
}

test.each(Object.entries(PIECE_FORMS))(
  "a clip that arrives in %s of any sizes is decoded to the same samples",
  { timeout: TIMEOUT_MS },
  async (_, form) => {
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...CLIP_BYTES.keys()), pieceSizes, async (name, pieces) => {
        const bytes = (await CLIP_BYTES.get(name)?.()) as Uint8Array;
        const expected = await decodeWhole(name, bytes);
        const actual = await decodeAll(bytes, { pieces, form });
        expect(inBytes(actual), name).toEqual(inBytes(expected));
      }),
      { numRuns: RUNS },
    );
  },
);

/** Samples as text of their bytes, which is compared by its bits, and fast. */
function inBytes({ further, ...first }: Decoded) {
  const parts = [first, ...further].map(({ description, channels }) => ({
    description,
    samples: channels.map((samples) =>
      Buffer.from(samples.buffer as ArrayBuffer).toString("latin1"),
    ),
  }));
  return { parts, damaged: first.damaged, noticed: first.noticed };
}
