import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { byteSource } from "../../src/audio/bytes/source.ts";
import { decodeClip } from "../../src/audio/decode.ts";
import { apeTag, id3Tag, id3v1Tag } from "../../support/clips/make-tags.ts";
import { concatenate, makeWav } from "../../support/clips/make-wav.ts";
import {
  decodeAll,
  decodedOrRefused,
  pieceSizes,
  refusalOfDecoding,
  silentContext,
} from "../../support/decoding/decode-all.ts";
import { readClip, readFixture } from "../../support/decoding/fixtures.ts";

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

describe("frames without anything before them that tells them", () => {
  const random = (seed: number, length: number) => {
    let state = seed;
    return Uint8Array.from({ length }, () => {
      state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7fffffff;
      return state >> 16;
    });
  };
  const MP3_HEADER = [0xff, 0xfb, 0x90, 0x64];
  const ADTS_HEADER = [0xff, 0xf1, 0x60, 0x40, 0x20, 0x1f, 0xfc];

  test("are not found in random bytes", async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer(), fc.integer({ min: 1, max: 70_000 }), async (seed, length) => {
        const outcome = await decodedOrRefused(random(seed, length));
        expect(outcome).toMatchObject({ slug: "not-audio" });
      }),
      { numRuns: 300 },
    );
  });

  test.each([
    ["an MP3 header", MP3_HEADER],
    ["an ADTS header", ADTS_HEADER],
    ["two MP3 headers that do not follow each other", [...MP3_HEADER, ...MP3_HEADER]],
    ["an MP3 and an ADTS header", [...MP3_HEADER, ...ADTS_HEADER]],
  ])("are not made of %s and noise", async (_, header) => {
    for (const before of [0, 1, 500]) {
      const bytes = concatenate([random(1, before), Uint8Array.from(header), random(2, 9_000)]);
      expect((await refusalOfDecoding(bytes)).slug).toBe("not-audio");
    }
  });

  test("are not found in text, pictures and other files, which are named at once", async () => {
    const page = utf8(`<!doctype html>${"<p>Whatever.</p>".repeat(10_000)}`);
    const picture = concatenate([readClip("refused/picture.png"), random(3, 60_000)]);
    const archive = concatenate([Uint8Array.of(0x50, 0x4b, 3, 4), random(4, 70_000)]);
    for (const [bytes, name] of [
      [page, "an HTML page"],
      [picture, "a PNG image"],
      [archive, "a zip archive"],
    ] as const) {
      const refusal = await refusalOfDecoding(bytes);
      expect(refusal.slug).toBe("not-audio");
      expect(refusal.message).toContain(name);
    }
  });

  test("are looked for within 64 kB, of which no more is held", async () => {
    let sentBytes = 0;
    async function* endless() {
      for (; sentBytes < 2 ** 24; sentBytes += 4_096) yield random(sentBytes, 4_096);
    }
    const blocks = decodeClip(byteSource(endless()), silentContext());
    await expect(blocks.next()).rejects.toMatchObject({ slug: "not-audio" });
    expect(sentBytes).toBeLessThanOrEqual(2 ** 16);
  });

  test.each([
    ["zeros", new Uint8Array(5_000)],
    ["a line feed", Uint8Array.of(10)],
    ["an APE tag", apeTag(100)],
    ["an APE tag with a picture of 200 kB", apeTag(200_000)],
    [
      "an ID3 tag with a picture of 200 kB, behind a line feed",
      concatenate([Uint8Array.of(10), id3Tag(200_000)]),
    ],
    ["an ID3v1 tag", id3v1Tag()],
    ["the headers of a stream", utf8("ICY 200 OK\r\nicy-name:Whatever\r\nicy-br:96\r\n\r\n")],
    ["random bytes", random(5, 60_000)],
    ["a lone header", concatenate([Uint8Array.from(MP3_HEADER), random(6, 3_000)])],
  ])("are found behind %s", async (_, before) => {
    for (const file of ["mp3/no-xing-44100-2.mp3", "adts/aac-16000-1.aac"]) {
      const clip = readClip(file);
      const { channels, damaged, noticed } = await decodeAll(concatenate([before, clip]));
      expect(channels).toEqual((await decodeAll(clip)).channels);
      expect({ damaged, noticed }).toEqual({ damaged: false, noticed: [] });
    }
  });

  test("are found behind a tag and more than a tag should have", async () => {
    const clip = readClip("mp3/no-xing-44100-2.mp3");
    const { channels } = await decodeAll(concatenate([id3Tag(300), random(7, 900), clip]));
    expect(channels).toEqual((await decodeAll(clip)).channels);
    const refusal = await refusalOfDecoding(concatenate([id3Tag(300), random(8, 90_000)]));
    expect(refusal.slug).toBe("clip-damaged");
    expect(refusal.message).toContain("no sound begins within 64 kB behind its tag");
  });

  test("are not looked for behind more tags than any program writes", async () => {
    const tags = Array.from({ length: 100 }, () => [Uint8Array.of(10), id3Tag(10)]).flat();
    const refusal = await refusalOfDecoding(
      concatenate([...tags, readClip("mp3/no-xing-44100-2.mp3")]),
    );
    expect(refusal.slug).toBe("clip-damaged");
    expect(refusal.message).toContain("more than 64 ID3 or APE tags");
  });
});
