import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { findFormat } from "../../src/audio/formats.ts";
import { readFixture } from "../../support/decoding/fixtures.ts";

describe("a format is told from its first bytes", () => {
  test.each([
    ["wav/s16-mono-8000.wav", "wav"],
    ["refused/mp3.wav", "wav"],
    ["wav/rf64-mono-16000.wav", "rf64"],
    ["refused/rifx.wav", "rifx"],
    ["refused/noise.w64", "w64"],
    ["aiff/s16-stereo-44100.aiff", "aiff"],
    ["aiff/s16le-stereo-8000.aiff", "aiff"],
    ["refused/noise.caf", "caf"],
    ["refused/noise.au", "au"],
    ["refused/noise.flac", "flac"],
    ["refused/noise.ogg", "ogg"],
    ["refused/noise.webm", "matroska"],
    ["refused/noise.m4a", "mp4"],
    ["refused/noise.wma", "asf"],
    ["refused/noise.amr-nb", "amr"],
    ["refused/noise.aac", "adts"],
    ["refused/bare.mp3", "mp3"],
  ])("%s is %s", (path, format) => {
    expect(findFormat(readFixture(path))?.id).toBe(format);
  });

  test.each(["ftyp", "moov", "mdat", "wide", "moof"])(
    "a file that begins with %s is mp4",
    (box) => {
      expect(findFormat(latin1(`\0\0\0\x18${box}qt  `))?.id).toBe("mp4");
    },
  );

  test("a WAV file cut within its first twelve bytes is one still", () => {
    const bytes = readFixture("wav/s16-mono-8000.wav");
    for (let length = 4; length <= 12; length++) {
      expect(findFormat(bytes.subarray(0, length))?.id).toBe("wav");
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
    ["text with the name of a box", "The free encyclopedia"],
    ["an ID3 tag, which may stand before anything", "ID3\x04\0\0\0\0\0\0"],
    ["UTF-16 text", "\xff\xfeh\0i\0"],
    ["zeros", "\0".repeat(64)],
    ["ones", "\xff".repeat(64)],
  ])("%s", (_, text) => {
    expect(findFormat(latin1(text))).toBeNull();
  });

  test("any bytes are told without an exception", () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 32 }), (bytes) => void findFormat(bytes)));
  });
});

function latin1(text: string): Uint8Array {
  return Uint8Array.from(text, (character) => character.charCodeAt(0));
}
