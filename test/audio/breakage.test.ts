import { describe, expect, test } from "vitest";
import { createDecodeBudget } from "../../src/audio/budget/budget.ts";
import type { CodecModules } from "../../src/audio/codecs/wasm/modules.ts";
import { openPacketDecoder } from "../../src/audio/containers/packets/decoder.ts";
import { UndertoneError } from "../../src/errors.ts";
import { ADTS_HEADER_BYTES, adtsFramesOf } from "../../support/clips/adts-frames.ts";
import { joined } from "../../support/clips/bytes.ts";
import { decodeAll, NO_CODECS, refusalOfDecoding } from "../../support/decoding/decode-all.ts";
import { readClip } from "../../support/decoding/fixtures.ts";

/** Each with a place between its headers and the last of its packets, and how many samples a packet has. */
const CLIPS: readonly [file: string, place: number, packetSamples: number][] = [
  ["mp4/aac-44100-2.m4a", 0.5, 1_024],
  ["mp4/aac-fragmented-44100-2.mp4", 0.5, 1_024],
  ["matroska/aac-44100-2.mka", 0.5, 1_024],
  ["mp4/alac16-16000-1.m4a", 0.4, 4_096],
];
const DAMAGED_BYTES = 40;

describe.each(CLIPS)("of %s", (file, place, packetSamples) => {
  test("a broken packet is left out, and what comes behind it is as it was", async () => {
    const whole = await decodeAll(readClip(file));
    const bytes = readClip(file);
    const start = Math.floor(place * bytes.length);
    const { channels, damaged, noticed } = await decodeAll(
      bytes.fill(0xff, start, start + DAMAGED_BYTES),
    );
    expect(noticed).toEqual(["part-skipped"]);
    expect(damaged).toBe(false);
    for (const [index, samples] of channels.entries()) {
      const expected = whole.channels[index] as Float32Array;
      expect(samples).toHaveLength(expected.length - packetSamples);
      const differsAt = samples.findIndex((sample, at) => sample !== expected[at]);
      // Transforms overlap: the packet behind the broken one lacks its first half.
      const tail = samples.subarray(differsAt + 2 * packetSamples);
      expect(tail.length).toBeGreaterThan(1_000);
      expect(tail).toEqual(expected.subarray(expected.length - tail.length));
    }
  });
});

/** The clip with the audio of the frames at these indices broken. */
function adtsBrokenAt(...indices: readonly number[]): Uint8Array {
  const frames = adtsFramesOf(readClip("adts/aac-44100-2.aac"));
  for (const index of indices) frames.at(index)?.fill(0xff, ADTS_HEADER_BYTES);
  return joined(...frames);
}

describe("of ADTS", () => {
  test("each run of broken frames is told of, once", async () => {
    const whole = await decodeAll(adtsBrokenAt());
    const { channels, damaged, noticed } = await decodeAll(adtsBrokenAt(10, 20, 21, 22, 40));
    expect(noticed).toEqual(Array(3).fill("part-skipped"));
    expect(damaged).toBe(false);
    expect(channels[0]?.length).toBe((whole.channels[0]?.length as number) - 5 * 1_024);
  });

  test("a broken first frame is left out like others", async () => {
    const { damaged, noticed } = await decodeAll(adtsBrokenAt(0));
    expect(noticed).toEqual(["part-skipped"]);
    expect(damaged).toBe(false);
  });

  test("broken frames that no good one follows are damage", async () => {
    const whole = await decodeAll(adtsBrokenAt());
    const { channels, damaged, noticed } = await decodeAll(adtsBrokenAt(-2, -1));
    expect(channels[0]?.length).toBe((whole.channels[0]?.length as number) - 2 * 1_024);
    expect(damaged).toBe(true);
    expect(noticed).toEqual([]);
  });
});

test("a file of broken packets alone is refused", async () => {
  const bytes = readClip("mp4/aac-faststart-48000-2.m4a");
  const start = Buffer.from(bytes).indexOf("mdat") + 4;
  expect((await refusalOfDecoding(bytes.fill(0xff, start))).slug).toBe("clip-damaged");
});

describe("a codec that traps", () => {
  /** Traps on a packet of 1, refuses one of 0, and decodes all others. */
  function trappingTrack() {
    const opened = { count: 0 };
    const open = async (_: CodecModules) => {
      opened.count++;
      return {
        sampleRateHz: 8_000,
        decode([first]: Uint8Array) {
          if (first === 0) throw new UndertoneError("clip-damaged", "refused");
          if (first === 1)
            throw new UndertoneError("clip-damaged", "trapped", {}, { cause: first });
          return { channels: [new Float32Array(1)] };
        },
        free() {},
      };
    };
    return { track: { codec: "none", bitsPerSample: null, open }, opened };
  }

  test("is begun anew, eight times at most; one that refuses a packet goes on", async () => {
    const { track, opened } = trappingTrack();
    const decoder = await openPacketDecoder(track, {
      codecs: NO_CODECS,
      budget: createDecodeBudget(),
    });
    const decode = (first: number) => decoder.decode(Uint8Array.of(first));
    for (let packet = 0; packet < 1_000; packet++) {
      expect(await decode(0)).toEqual({ kind: "broken" });
    }
    expect(opened.count).toBe(1);
    expect(await decode(2)).toMatchObject({ kind: "block" });
    for (let trap = 0; trap < 7; trap++) {
      expect(await decode(1)).toEqual({ kind: "broken" });
      expect(await decode(2)).toMatchObject({ kind: "block", isBehindBroken: true });
      expect(await decode(2)).toMatchObject({ kind: "block", isBehindBroken: false });
    }
    decoder.finish();
    await expect(decode(1)).rejects.toMatchObject({ message: "trapped" });
    expect(opened.count).toBe(8);
  });

  test("or refuses more than a thousand packets in a row is given up", async () => {
    const { track } = trappingTrack();
    const decoder = await openPacketDecoder(track, {
      codecs: NO_CODECS,
      budget: createDecodeBudget(),
    });
    for (let packet = 0; packet < 1_000; packet++) await decoder.decode(Uint8Array.of(0));
    await expect(decoder.decode(Uint8Array.of(0))).rejects.toMatchObject({ message: "refused" });
  });
});
