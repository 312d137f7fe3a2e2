import { describe, expect, test } from "vitest";
import { chosenChannels, parseChannel } from "../../../src/audio/clip/channel.ts";
import { makeWav } from "../../../support/clips/make-wav.ts";
import { prepare } from "../../support/clips/prepared.ts";
import { refusalOf } from "../../support/clips/refusal.ts";

describe("a channel is named", () => {
  test.each([
    ["mix", "mix"],
    ["left", "left"],
    ["right", "right"],
    ["0", 0],
    ["31", 31],
  ])("%s", (text, choice) => {
    expect(parseChannel(text)).toBe(choice);
  });

  test.each(["", "middle", "-1", "1.5", "0x1", " 1", "Left", "99999"])("and not by %j", (text) => {
    expect(parseChannel(text)).toBeNull();
  });
});

describe("the channels that are used", () => {
  test.each([
    ["mix", 3, [0, 1, 2]],
    ["left", 1, [0]],
    ["left", 2, [0]],
    ["right", 2, [1]],
    [5, 6, [5]],
  ] as const)("%s of %d", (choice, count, indices) => {
    expect(chosenChannels(choice, count)).toEqual(indices);
  });

  test.each([
    ["right", 1, "one channel, 0"],
    [2, 2, "channels 0 to 1"],
  ] as const)("%s of %d is refused with what there is", (choice, count, known) => {
    const refusal = refusalOf(() => chosenChannels(choice, count));
    expect(refusal.slug).toBe("channel-out-of-range");
    expect(refusal.message).toContain(known);
    expect(refusal.extensions).toEqual({ channels: count });
  });
});

test("each choice gives that channel's samples, and the answer names it", async () => {
  const channels = [0.5, 0.25, -1].map((level) => new Float32Array(500).fill(level));
  const bytes = makeWav({ sampleRateHz: 16_000, channels, format: "f32" });
  const levels = { mix: -1 / 12, left: 0.5, right: 0.25, 2: -1 };
  for (const channel of ["mix", "left", "right", 2] as const) {
    const { info, samples } = await prepare(bytes, { selection: { channel } });
    expect(info.channel).toBe(channel);
    expect(samples).toEqual(new Float32Array(500).fill(levels[channel]));
  }
});
