import { describe, expect, test } from "vitest";
import { createDecodeBudget } from "../../../../src/audio/budget/budget.ts";
import { createAmrFrames } from "../../../../src/audio/codecs/amr/open.ts";
import { MOST_IDLE_BYTES } from "../../../../src/audio/codecs/wasm/heap.ts";
import { nodeCodecs } from "../../../../src/audio/codecs/wasm/node.ts";
import { openPacketDecoder } from "../../../../src/audio/containers/packets/decoder.ts";
import type { HostileClip } from "../../../../support/clips/hostile/hostile-clip.ts";
import { HOSTILE_CLIPS } from "../../../../support/clips/hostile/index.ts";
import { collectGarbage } from "../../../../support/collect-garbage.ts";
import {
  type Decoded,
  decodeAll,
  decodedOrRefused,
} from "../../../../support/decoding/decode-all.ts";
import { readClip } from "../../../../support/decoding/fixtures.ts";
import { watchWasmMemory } from "../../../../support/wasm-memory.ts";

/** One of each codec with WASM. */
const CLIPS = [
  "mp3/cbr-44100-2.mp3",
  "flac/s24-48000-2.flac",
  "ogg/vorbis-48000-6.ogg",
  "ogg/opus-48000-6.opus",
  "adts/aac-44100-2.aac",
  "amr/amr-nb-12k2.amr",
];
/** Each of the same codec, but of another kind. */
const OTHERS = [
  "mp3/mpeg25-8000-1.mp3",
  "flac/s16-16000-1.flac",
  "ogg/vorbis-8000-1.ogg",
  "ogg/opus-8000-1.opus",
  "mp4/aac-48000-6.m4a",
  "amr/amr-nb-pause.amr",
];
/** Makes FLAC's instance grow to 98 pages. */
const LARGEST = "FLAC of silence in the largest blocks, 384 kHz and eight channels";
const memory = watchWasmMemory();

describe.each(CLIPS.map((clip, index) => [clip, OTHERS[index] as string]))("%s", (file, other) => {
  test("is decoded by the instance that decoded another clip, to the same samples", async () => {
    const fresh = await decodeAll(readClip(file), { codecs: nodeCodecs() });
    const codecs = nodeCodecs();
    await decodeAll(readClip(other), { codecs });
    memory.takeMadeBytes();
    for (let repeat = 0; repeat < 3; repeat++) {
      expectSame(await decodeAll(readClip(file), { codecs }), fresh);
      await decodedOrRefused(readClip(file).fill(0xff, 2_000, 2_300), { codecs });
    }
    expect(memory.takeMadeBytes()).toBeLessThanOrEqual(2 ** 20);
  });

  test("is decoded beside another clip by an instance of its own", async () => {
    const codecs = nodeCodecs();
    const alone = await decodeAll(readClip(file), { codecs });
    const [one, two] = await Promise.all([
      decodeAll(readClip(file), { codecs, pieces: [500] }),
      decodeAll(readClip(file), { codecs, pieces: [700] }),
      decodeAll(readClip(other), { codecs, pieces: [600] }),
    ]);
    expectSame(one, alone);
    expectSame(two, alone);
  });
});

test("the largest instance that a clip needs serves the next such clip, and idle ones stay within their bound", async () => {
  const large = HOSTILE_CLIPS.find(({ name }) => name === LARGEST) as HostileClip;
  const clip = large.make(large.attackBytes);
  const codecs = nodeCodecs();
  const refuse = () => decodedOrRefused(clip, { codecs });
  await Promise.all([refuse(), refuse(), refuse()]);
  memory.takeMadeBytes();
  await refuse();
  expect(memory.takeMadeBytes()).toBe(0);
  await collectGarbage();
  expect(memory.heldBytes()).toBeLessThanOrEqual(MOST_IDLE_BYTES);
});

test("a decoder that is freed twice gives its instance back once", async () => {
  const codecs = nodeCodecs();
  const budget = createDecodeBudget();
  const track = { codec: "amr_nb", bitsPerSample: null };
  const open = () => openPacketDecoder({ ...track, open: createAmrFrames }, { codecs, budget });
  const first = await open();
  first.free();
  const second = await open();
  first.free();
  memory.takeMadeBytes();
  const third = await open();
  expect(memory.takeMadeBytes()).toBeGreaterThan(0);
  second.free();
  third.free();
});

function expectSame({ channels, damaged }: Decoded, expected: Decoded): void {
  expect(damaged).toBe(expected.damaged);
  for (const [index, samples] of channels.entries()) {
    const bytes = Buffer.from(samples.buffer, samples.byteOffset, samples.byteLength);
    const wanted = expected.channels[index] as Float32Array;
    expect(bytes.equals(Buffer.from(wanted.buffer, wanted.byteOffset, wanted.byteLength))).toBe(
      true,
    );
  }
}
