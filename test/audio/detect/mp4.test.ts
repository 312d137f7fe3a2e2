import { describe, expect, test } from "vitest";
import { isMp4 } from "../../../src/audio/detect/mp4.ts";
import { findFormat } from "../../../src/audio/formats.ts";
import type { UndertoneError } from "../../../src/errors.ts";
import { joined, text, unsigned } from "../../../support/clips/bytes.ts";
import {
  box,
  boxOfSize,
  FTYP,
  largeBox,
  makeMp4,
  movieIndex,
  track,
} from "../../../support/clips/make-mp4.ts";
import { decodeAll, decodedOrRefused } from "../../../support/decoding/decode-all.ts";

const SAMPLES = Uint8Array.from({ length: 800 }, (_, index) => index);

/** A file that begins with other boxes, and has its samples where its index says. */
function behind(...boxes: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const front = joined(...boxes);
  const index = (offset: number) => movieIndex(track({ chunks: [[offset, 400]] }));
  const offset = front.length + FTYP.length + index(0).length + 8;
  return joined(front, FTYP, index(offset), box("mdat", SAMPLES));
}

describe("an MP4 file may begin with", () => {
  test.each<readonly [string, readonly Uint8Array[]]>([
    ["a uuid box", [box("uuid", new Uint8Array(16).fill(1))]],
    ["a large uuid box", [box("uuid", new Uint8Array(70_000).fill(0x3c))]],
    ["QuickTime's preview", [box("pnot", new Uint8Array(12)), box("PICT", new Uint8Array(900))]],
    ["user data", [box("udta", box("name", text("whatever")))]],
    ["free space", [box("free", new Uint8Array(100_000))]],
    ["free space of no bytes", [box("free")]],
    ["free space whose size takes eight bytes", [largeBox("free", new Uint8Array(600))]],
    ["junk", [box("junk", new Uint8Array(5_000).fill(0xff))]],
    ["a segment index", [box("sidx", new Uint8Array(24))]],
    ["several of these", [box("skip", [1]), box("uuid", new Uint8Array(600)), box("wide")]],
    ["a box of any other name, behind which it is told", [box("\xa9abc", new Uint8Array(90))]],
    ["a large box of any other name", [box("abcd", new Uint8Array(9_000))]],
  ])("%s", async (_, boxes) => {
    const { description, channels } = await decodeAll(behind(...boxes));
    expect(description.container).toBe("mp4");
    expect(channels).toEqual((await decodeAll(makeMp4(SAMPLES))).channels);
  });
});

describe("no MP4 file is", () => {
  test.each<readonly [string, Uint8Array]>([
    ["text with the name of a box", text("\n\n\n\nfree and easy, whatever follows it")],
    ["text with another", text("and uuid is short for something")],
    [
      "a box of another name with nothing known behind it",
      box("abcd", text("and so on".repeat(40))),
    ],
    ["a box of another name and no end", boxOfSize("abcd", 0, new Uint8Array(600))],
    ["a box that is smaller than its header", boxOfSize("uuid", 4, new Uint8Array(600))],
    ["a box whose name is none", boxOfSize("\0\0\0\0", 16, new Uint8Array(8), FTYP)],
    [
      "a JPEG 2000 image",
      joined(box("jP  ", [13, 10, 0x87, 10]), box("ftyp", text("jp2 "), unsigned(0, 4))),
    ],
  ])("%s", async (_, bytes) => {
    expect(isMp4(bytes)).toBe(false);
    expect(findFormat(bytes)).toBeNull();
    const outcome = await decodedOrRefused(bytes);
    expect((outcome as UndertoneError).slug).toBe("not-audio");
  });
});
