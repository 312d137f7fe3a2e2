import { describe, expect, test } from "vitest";
import { sniffOther } from "../../../src/audio/detect/other.ts";

const latin1 = (text: string) => Uint8Array.from(text, (character) => character.charCodeAt(0));

describe("what is sent in place of audio is named", () => {
  test.each([
    ["\x89PNG\r\n\x1a\n\0\0", "a PNG image"],
    ["\xff\xd8\xff\xe0\0\x10JFIF", "a JPEG image"],
    ["GIF89a\x01\0", "a GIF image"],
    ["RIFF\x24\0\0\0WEBPVP8 ", "a WebP image"],
    ["RIFF\x24\0\0\0AVI LIST", "a video (AVI)"],
    ["FLV\x01\x05\0\0\0\x09", "a video (FLV)"],
    ["\0\0\x01\xba\x44", "a video (MPEG program stream)"],
    ["MThd\0\0\0\x06", "a MIDI file, which holds notes and no sound"],
    ["%PDF-1.7\n%\xe2", "a PDF document"],
    ["PK\x03\x04\x14\0", "a zip archive (or an office document)"],
    ["\x1f\x8b\x08\0", "a gzip archive"],
    ["\x93NUMPY\x01\0", "a NumPy array"],
    ["<!-- saved from a page --> <html>", "an HTML page"],
    ["The free encyclopedia", "a text file"],
  ])("%j is %s", (text, name) => {
    expect(sniffOther(latin1(text))).toBe(name);
  });

  test("an MPEG transport stream, by the sync byte of every packet", () => {
    const bytes = Uint8Array.from({ length: 512 }, (_, index) => (index % 188 === 0 ? 0x47 : 0xff));
    expect(sniffOther(bytes)).toBe("a video (MPEG transport stream)");
    expect(sniffOther(bytes.with(188, 0))).toBeNull();
  });

  test("but not what cannot be told", () => {
    expect(sniffOther(latin1("\x01\x02\x03"))).toBeNull();
  });
});
