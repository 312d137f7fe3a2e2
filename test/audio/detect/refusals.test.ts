import { describe, expect, test } from "vitest";
import { makeSphere } from "../../../support/clips/make-sphere.ts";
import { ascii, concatenate } from "../../../support/clips/make-wav.ts";
import { decodeAll, refusalOfDecoding } from "../../../support/decoding/decode-all.ts";
import { readClip } from "../../../support/decoding/fixtures.ts";

const FILES = [
  "wav/s16-8000-1.wav",
  "wav/u8-44100-2.wav",
  "mp3/cbr-44100-2.mp3",
  "ogg/opus-48000-2.opus",
  "mp4/aac-44100-2.m4a",
  "recorded/opus.webm",
  "flac/s16-16000-1.flac",
  "aiff/s16-44100-2.aiff",
  "adts/aac-44100-2.aac",
  "amr/amr-nb-12k2.amr",
];

describe("a file that went through text says so", () => {
  const readAs = (file: string, encoding: string) =>
    new TextEncoder().encode(new TextDecoder(encoding).decode(readClip(file)));

  test.each(FILES)("%s read as UTF-8", async (file) => {
    const { slug, message } = await refusalOfDecoding(readAs(file, "utf-8"));
    expect(slug).toBe("not-audio");
    expect(message).toContain("read as UTF-8 text");
    expect(message).toContain("Send the bytes of the file");
  });

  test.each(FILES)("%s written as UTF-8", async (file) => {
    const latin1 = Buffer.from(readClip(file)).toString("latin1");
    const { slug, message } = await refusalOfDecoding(new TextEncoder().encode(latin1));
    expect(slug).toBe("not-audio");
    expect(message).toContain("each byte from 80 up became two");
  });

  test.each([1, 2])("also from %d bytes within a character, as behind a tag", async (within) => {
    const bytes = readAs("mp3/no-xing-44100-2.mp3", "utf-8");
    expect((await refusalOfDecoding(bytes.subarray(within))).message).toContain("UTF-8 text");
  });

  test("but text in a header does no harm", async () => {
    const title = "Größe, Übermut, Äther, Öl, naïveté, \ufffd".repeat(8);
    const data = Uint8Array.from({ length: 4_000 }, (_, index) => index % 256);
    const latin1 = Buffer.from(title).toString("latin1");
    const { channels } = await decodeAll(makeSphere({ title: latin1, zero: "\0" }, data));
    expect(channels[0]).toHaveLength(2_000);
  });

  test("and text that lost letters is a text file", async () => {
    const text = new TextEncoder().encode("Gr\ufffd\ufffde, a page of text\r\n".repeat(40));
    expect((await refusalOfDecoding(text)).message).toContain("looks like a text file");
  });
});

describe("a form saved as a file says so", () => {
  const boundary = "------WebKitFormBoundary7MA4YWxkTrZu0gW";
  const disposition = 'Content-Disposition: form-data; name="file"; filename="a.wav"';
  const type = "Content-Type: audio/wav";

  test.each([
    ["as browsers write it", [boundary, disposition, type]],
    ["as Python writes it", ["--c4c1b0b6", type, disposition.toLowerCase()]],
    ["behind an empty line", ["", boundary, disposition]],
  ])("%s", async (_, lines) => {
    for (const lineEnd of ["\r\n", "\n"]) {
      const start = ascii([...lines, "", ""].join(lineEnd));
      const bytes = concatenate([start, readClip("wav/u8-8000-1.wav"), ascii(`\r\n${boundary}--`)]);
      const { slug, message } = await refusalOfDecoding(bytes);
      expect(slug).toBe("not-audio");
      expect(message).toContain("looks like a multipart form that was saved as a file");
    }
  });

  test("an answer saved with its headers does, too", async () => {
    const bytes = concatenate([ascii("HTTP/1.1 200 OK\r\n\r\n"), readClip("wav/u8-8000-1.wav")]);
    expect((await refusalOfDecoding(bytes)).message).toContain("HTTP response");
  });
});

describe("a later piece of a recording says so", () => {
  const recording = Buffer.from(readClip("recorded/opus.webm"));
  const cluster = recording.indexOf("1f43b675", "hex");
  const block = recording.indexOf("a3", cluster, "hex");
  const pieces = [cluster, block];

  test.each(pieces)("from byte %d", async (start) => {
    const { slug, message } = await refusalOfDecoding(recording.subarray(start));
    expect(slug).toBe("not-audio");
    expect(message).toContain("later piece of a WebM recording");
    expect(message).toContain("send it joined to the first");
  });

  test.each(pieces)("up to byte %d and from there, both are read joined", async (at) => {
    const parts = [recording.subarray(0, at), recording.subarray(at)];
    const { channels } = await decodeAll(concatenate(parts));
    expect(channels[0]).toHaveLength(51_840);
  });

  test("and of an MP4 recording, from its first fragment on", async () => {
    const file = Buffer.from(readClip("mp4/aac-fragmented-44100-2.mp4"));
    const { slug, message } = await refusalOfDecoding(file.subarray(file.indexOf("moof") - 4));
    expect(slug).toBe("not-audio");
    expect(message).toContain("later piece of an MP4 recording, without the index (moov)");
  });

  test("from within a block it cannot be told", async () => {
    const { message } = await refusalOfDecoding(recording.subarray(block + 700));
    expect(message).not.toContain("later piece");
  });
});
