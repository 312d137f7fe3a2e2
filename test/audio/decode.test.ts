import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { decodeAll, decodedOrRefused, pieceSizes, refusalOfDecoding } from "./decoding.ts";
import { readFixture } from "./fixtures.ts";
import { makeWav } from "./make-wav.ts";

const utf8 = (text: string) => new TextEncoder().encode(text);

test("a clip is decoded by what its bytes are, however few of them come at a time", async () => {
  const samples = Float32Array.of(0, 0.5, -0.5);
  const bytes = makeWav({ sampleRateHz: 8_000, channels: [samples], format: "s16" });
  await fc.assert(
    fc.asyncProperty(pieceSizes, async (pieces) => {
      expect((await decodeAll(bytes, { pieces })).channels).toEqual([samples]);
    }),
    { numRuns: 20, examples: [[[1]]] },
  );
});

test("no bytes at all are an empty body", async () => {
  expect((await refusalOfDecoding(new Uint8Array(0))).slug).toBe("empty-body");
});

describe("what is no audio is refused with what is accepted and what it looks like", () => {
  test.each([
    [
      "an HTML page",
      "\n<!DOCTYPE html><html><body>502</body></html>",
      "looks like an HTML page, not like audio",
    ],
    ["a page without a doctype", "<html lang=en>", "HTML page"],
    ["a page after a comment", "<!-- nginx -->\n<html>", "HTML page"],
    ["XML", '<?xml version="1.0"?><Error/>', "XML document"],
    ["a JSON object", '{"error": "not found"}', "JSON document"],
    ["a JSON array", "[0.1, 0.2]", "JSON document"],
    ["plain text", "bonjour, ça va?", "text file"],
    ["base64 of a WAV file", "UklGRiQAAABXQVZF", "base64 text"],
    ["a data URL", "data:audio/wav;base64,UklGRg==", "base64 text"],
  ])("%s", async (_, text, seen) => {
    const refusal = await refusalOfDecoding(utf8(text), { pieces: [1] });
    expect(refusal.slug).toBe("not-audio");
    expect(refusal.message).toContain(seen);
    expect(refusal.message).toContain("accepted: WAV");
    expect(refusal.extensions.accepted).toContain("WAV");
  });

  test("bytes that are not text are not called text", async () => {
    const refusal = await refusalOfDecoding(Uint8Array.of(0x89, 0x50, 0x4e, 0x48));
    expect(refusal.slug).toBe("not-audio");
    expect(refusal.message).toContain("not a recognised audio file");
  });

  test("long text is told even if a character is cut where looking at it ends", async () => {
    const refusal = await refusalOfDecoding(utf8(`x${"é".repeat(600)}`));
    expect(refusal.message).toContain("text file");
  });
});

describe("audio that is not read is named, with a way to convert it", () => {
  test.each([
    ["noise.wma", "Windows Media", "ffmpeg -i in -c:a pcm_s16le out.wav"],
    ["noise.w64", "Sony Wave64", "ffmpeg -i in -c:a pcm_s16le out.wav"],
    ["noise.au", "Sun AU", "ffmpeg -i in -c:a pcm_s16le out.wav"],
    ["rifx.wav", "RIFX", "ffmpeg -i in -c:a pcm_s16le out.wav"],
    ["noise.caf", "Core Audio Format", "export it as M4A or WAV"],
  ])("%s", async (path, name, advice) => {
    const refusal = await refusalOfDecoding(readFixture(`refused/${path}`));
    expect(refusal.slug).toBe("unsupported-codec");
    expect(refusal.message).toContain(name);
    expect(refusal.message).toContain(advice);
    expect(refusal.message).toContain("Accepted: WAV");
  });
});

test("any bytes are a clip or a named refusal", async () => {
  await fc.assert(
    fc.asyncProperty(fc.uint8Array({ maxLength: 300 }), async (bytes) => {
      await decodedOrRefused(bytes);
    }),
  );
});
