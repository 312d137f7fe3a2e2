import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { decodeClip } from "../../src/audio/decode.ts";
import { UndertoneError } from "../../src/errors.ts";
import { readFixture } from "./fixtures.ts";
import { makeWav } from "./make-wav.ts";
import { refusalOf } from "./refusal.ts";

const LIMITS = { maxClipSeconds: 60 };

test("a WAV file is decoded", () => {
  const samples = Float32Array.of(0, 0.5, -0.5);
  const bytes = makeWav({ sampleRateHz: 8_000, channels: [samples], format: "s16" });
  expect(decodeClip(bytes, LIMITS).channels).toEqual([samples]);
});

test("no bytes at all are an empty body", () => {
  expect(refusalOf(() => decodeClip(new Uint8Array(0), LIMITS)).slug).toBe("empty-body");
});

describe("what is no audio is refused with what is accepted and what it looks like", () => {
  test.each([
    [
      "an HTML page",
      "\n<!DOCTYPE html><html><body>502</body></html>",
      "looks like an HTML page, not like audio",
    ],
    ["a page without a doctype", "<html lang=en>", "HTML page"],
    ["XML", '<?xml version="1.0"?><Error/>', "XML document"],
    ["a JSON object", '{"error": "not found"}', "JSON document"],
    ["a JSON array", "[0.1, 0.2]", "JSON document"],
    ["plain text", "bonjour, ça va?", "text file"],
    ["base64 of a WAV file", "UklGRiQAAABXQVZF", "base64 text"],
    ["a data URL", "data:audio/wav;base64,UklGRg==", "base64 text"],
  ])("%s", (_, text, seen) => {
    const refusal = refusalOf(() => decodeClip(new TextEncoder().encode(text), LIMITS));
    expect(refusal.slug).toBe("not-audio");
    expect(refusal.message).toContain(seen);
    expect(refusal.message).toContain("accepted: WAV");
    expect(refusal.extensions).toEqual({ accepted: ["WAV"] });
  });

  test("bytes that are not text are not called text", () => {
    const refusal = refusalOf(() => decodeClip(Uint8Array.of(0x89, 0x50, 0x4e, 0x47), LIMITS));
    expect(refusal.slug).toBe("not-audio");
    expect(refusal.message).toContain("not a recognised audio file");
  });

  test("long text is told even if a character is cut where looking at it ends", () => {
    const text = `x${"é".repeat(600)}`;
    const refusal = refusalOf(() => decodeClip(new TextEncoder().encode(text), LIMITS));
    expect(refusal.message).toContain("text file");
  });
});

describe("audio of another format is named, with a way to convert it", () => {
  test.each([
    ["noise.mp3", "MP3"],
    ["noise.flac", "FLAC"],
    ["noise.ogg", "Ogg"],
    ["noise.m4a", "MP4"],
    ["noise.webm", "WebM"],
    ["rf64.wav", "RF64"],
    ["rifx.wav", "RIFX"],
  ])("%s", (path, name) => {
    const refusal = refusalOf(() => decodeClip(readFixture(`refused/${path}`), LIMITS));
    expect(refusal.slug).toBe("unsupported-codec");
    expect(refusal.message).toContain(name);
    expect(refusal.message).toContain("this version reads WAV");
    expect(refusal.message).toContain("ffmpeg -i in -c:a pcm_s16le out.wav");
  });
});

test("any bytes are a clip or a named refusal", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
      try {
        decodeClip(bytes, LIMITS);
      } catch (error) {
        expect(error).toBeInstanceOf(UndertoneError);
      }
    }),
  );
});
