import { expect, test } from "vitest";
import { segmentWords } from "../../src/formats/segment-words.ts";
import { srt, vtt } from "../../src/formats/subtitles.ts";

/** Words of half a second, one after the other, the first at `start`. */
const spoken = (texts: readonly string[], start = 0) =>
  texts.map((text, index) => ({ text, start: start + index / 2, end: start + index / 2 + 0.4 }));
const textsOf = (segments: ReturnType<typeof segmentWords>) =>
  segments.map((words) => words.map(({ text }) => text).join(" "));

test("words are divided at pauses, after 84 characters and after seven seconds", () => {
  expect(segmentWords([])).toEqual([]);
  const apart = [...spoken(["ONE", "TWO"]), ...spoken(["THREE"], 2)];
  expect(textsOf(segmentWords(apart))).toEqual(["ONE TWO", "THREE"]);
  const long = "X".repeat(42);
  expect(textsOf(segmentWords(spoken([long, long])))).toEqual([long, long]);
  expect(textsOf(segmentWords(spoken([long, long.slice(1)])))).toHaveLength(1);
  const [first] = segmentWords(spoken(Array(20).fill("A")));
  expect(first).toHaveLength(14);
});

test("a long cue has two lines, and WebVTT escapes what would be a tag", () => {
  const text = `${"word ".repeat(8)}word & <word>`;
  const cue = { text, start: 3661.0005, end: 3662 };
  const [number, times, one = "", two = "", end] = srt([cue]).split("\n");
  expect([number, times, end]).toEqual(["1", "01:01:01,001 --> 01:01:02,000", ""]);
  expect(`${one} ${two}`).toBe(text);
  expect(Math.abs(one.length - two.length)).toBeLessThan(10);
  expect(vtt([cue])).toMatch(
    /^WEBVTT\n\n01:01:01\.001 --> 01:01:02\.000\n[\w ]+\n.*&amp; &lt;word&gt;\n\n$/,
  );
});
