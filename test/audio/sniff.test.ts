import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { sniffFormat } from "../../src/audio/sniff.ts";
import { readFixture } from "./fixtures.ts";

describe("a format is told from its first bytes", () => {
  test.each([
    ["wav/s16-mono-8000.wav", "wav"],
    ["refused/mp3.wav", "wav"],
    ["refused/rf64.wav", "rf64"],
    ["refused/rifx.wav", "rifx"],
    ["refused/noise.w64", "w64"],
    ["refused/noise.aiff", "aiff"],
    ["refused/noise.caf", "caf"],
    ["refused/noise.au", "au"],
    ["refused/noise.flac", "flac"],
    ["refused/noise.ogg", "ogg"],
    ["refused/noise.webm", "matroska"],
    ["refused/noise.m4a", "mp4"],
    ["refused/noise.wma", "asf"],
    ["refused/noise.amr-nb", "amr"],
    ["refused/noise.aac", "adts"],
    ["refused/noise.mp3", "mp3"],
    ["refused/bare.mp3", "mp3"],
  ])("%s is %s", (path, format) => {
    expect(sniffFormat(readFixture(path))).toBe(format);
  });

  test("a WAV file cut within its first twelve bytes is one still", () => {
    const bytes = readFixture("wav/s16-mono-8000.wav");
    for (let length = 4; length <= 12; length++) {
      expect(sniffFormat(bytes.subarray(0, length))).toBe("wav");
    }
  });
});

describe("what is no audio has no format", () => {
  test.each([
    ["nothing", ""],
    ["a RIFF file that is no WAVE", "RIFF\0\0\0\0AVI LIST"],
    ["a RIFF file cut before it can be told", "RIF"],
    ["an HTML page", "<!doctype html><html></html>"],
    ["a PNG image", "\x89PNG\r\n\x1a\n"],
    ["a PDF", "%PDF-1.7"],
    ["a zip", "PK\x03\x04"],
    ["UTF-16 text", "\xff\xfeh\0i\0"],
    ["zeros", "\0".repeat(64)],
    ["ones", "\xff".repeat(64)],
  ])("%s", (_, text) => {
    const bytes = Uint8Array.from(text, (character) => character.charCodeAt(0));
    expect(sniffFormat(bytes)).toBeNull();
  });

  test("any bytes are told without an exception", () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 32 }), (bytes) => void sniffFormat(bytes)));
  });
});
