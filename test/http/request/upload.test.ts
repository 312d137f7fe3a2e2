import { describe, expect, test } from "vitest";
import { openUpload } from "../../../src/http/request/upload.ts";
import { generousTerms } from "../../support/http/body-terms.ts";

const CLIP = new Uint8Array([82, 73, 70, 70, 0, 255, 13, 10, 45, 45]);
const clipFile = () => new File([CLIP], "clip.wav", { type: "audio/wav" });

function open(body: BodyInit, headers: HeadersInit = {}, maxBytes = 10_000) {
  const init = { method: "POST", body, headers, duplex: "half" } as RequestInit;
  return openUpload(new Request("http://localhost/", init), maxBytes, generousTerms());
}

/** The clip's bytes, and all fields. */
async function upload(...args: Parameters<typeof open>) {
  const opened = await open(...args);
  const clip: number[] = [];
  for await (const piece of opened.clip) clip.push(...piece);
  return { clip: Uint8Array.from(clip), fields: [...(await opened.finish())] };
}

function form(...fields: [string, string | File][]): FormData {
  const data = new FormData();
  for (const [name, value] of fields) data.append(name, value);
  return data;
}

/** A body whose parts are given out one by one, and how many were. */
async function inParts(...fields: [string, string | File][]) {
  const whole = new Response(form(...fields));
  const type = whole.headers.get("Content-Type") as string;
  const boundary = /boundary=(.*)$/.exec(type)?.[1];
  const text = Buffer.from(await whole.arrayBuffer()).toString("latin1");
  const parts = text
    .split(new RegExp(`(?=--${boundary})`))
    .map((part) => Buffer.from(part, "latin1"));
  const given = { parts: 0, all: parts.length };
  const body = new ReadableStream(
    {
      pull(controller) {
        const part = parts[given.parts];
        if (part === undefined) return controller.close();
        given.parts++;
        controller.enqueue(new Uint8Array(part));
      },
    },
    { highWaterMark: 0 },
  );
  return { body, headers: { "Content-Type": type }, given };
}

describe("the name of a clip", () => {
  const named = async (name: string) =>
    (await open(form(["pool", "mean"], ["file", new File([CLIP], name)]))).fileName;

  test.each([
    "clip.wav",
    "a b;c=d.wav",
    "größe ☃.flac",
    'say "hi".wav',
    "line\nbreak.wav",
    "5%.wav",
  ])("is as the runtime wrote it: %j", async (name) => {
    expect(await named(name)).toBe(name);
  });

  test.each([
    ['filename="C:\\\\calls\\\\one.wav"', "one.wav"],
    ['filename="../../etc/one.wav"', "one.wav"],
    ['filename="say \\"hi\\".wav"', 'say "hi".wav'],
    ["filename=plain.wav", "plain.wav"],
    ["filename=\"?.wav\"; filename*=UTF-8''na%C3%AFve.wav", "naïve.wav"],
    ["filename=\"kept.wav\"; filename*=UTF-8''%FF", "kept.wav"],
    ['filename=""', ""],
  ])("%s is %j", async (parameter, name) => {
    const head = `--b\r\nContent-Disposition: form-data; name="file"; ${parameter}\r\n\r\n`;
    const headers = { "Content-Type": "multipart/form-data; boundary=b" };
    expect((await open(`${head}RIFF\r\n--b--`, headers)).fileName).toBe(name);
  });

  test("is not known of a raw body", async () => {
    expect((await open(CLIP)).fileName).toBeNull();
  });
});

describe("a clip is found", () => {
  test.each(["audio/wav", "application/octet-stream", "application/x-www-form-urlencoded"])(
    "in a raw body sent as %s",
    async (type) => {
      expect((await upload(CLIP, { "Content-Type": type })).clip).toEqual(CLIP);
    },
  );

  test("in a form byte for byte, beside its other fields, before and after it", async () => {
    const { clip, fields } = await upload(
      form(["pool", "mean"], ["file", clipFile()], ["pool", "max"], ["layers", "1"]),
    );
    expect(clip).toEqual(CLIP);
    expect(fields).toEqual([
      ["pool", ["mean", "max"]],
      ["layers", ["1"]],
    ]);
  });
});

describe("a clip is passed on as it arrives", () => {
  test("in a raw body", async () => {
    let pulled = 0;
    const body = new ReadableStream(
      {
        pull(controller) {
          if (++pulled > 5) controller.close();
          else controller.enqueue(CLIP);
        },
      },
      { highWaterMark: 0 },
    );
    const opened = await open(body);
    expect(pulled).toBe(0);
    expect(opened.isComplete).toBe(true);
    for await (const piece of opened.clip) {
      expect(piece).toEqual(CLIP);
      break;
    }
    expect(pulled).toBe(1);
    await opened.finish();
    expect(pulled).toBe(6);
  });

  test("in a form whose fields came before it: those after it come later", async () => {
    const big = new File([new Uint8Array(150_000).fill(7)], "clip");
    const { body, headers, given } = await inParts(
      ["pool", "mean"],
      ["file", big],
      ["layers", "1"],
    );
    const opened = await open(body, headers, 1e6);
    expect(opened.isComplete).toBe(false);
    expect([...opened.fields]).toEqual([["pool", ["mean"]]]);
    const pieces = (opened.clip as AsyncIterable<Uint8Array>)[Symbol.asyncIterator]();
    expect((await pieces.next()).value.length).toBeGreaterThan(60_000);
    expect(given.parts).toBe(2);
    expect([...(await opened.finish()).keys()]).toEqual(["pool", "layers"]);
  });
});

test("a form's file that comes first is held until all fields are known", async () => {
  const { body, headers, given } = await inParts(["file", clipFile()], ["pool", "mean"]);
  const opened = await open(body, headers);
  expect(given.parts).toBe(given.all);
  expect(opened.isComplete).toBe(true);
  expect([...opened.fields]).toEqual([["pool", ["mean"]]]);
  expect(opened.clip).toEqual([CLIP]);
});

describe("what is no clip is refused", () => {
  const fileOf = (bytes: number) => new File([new Uint8Array(bytes)], "clip.wav");
  test.each([
    ["its file in another field", form(["audio", clipFile()]), "but one in `audio`"],
    ["a large one there", form(["audio", fileOf(300_000)]), "but one in `audio`"],
    [
      "several there",
      form(["a", fileOf(20_000)], ["pool", "mean"], ["b", clipFile()]),
      "but one in `a`, `b`",
    ],
    ["text in field `file`", form(["file", "RIFF"]), "is text and not a file"],
    ["much of it", form(["pool", "mean"], ["file", "R".repeat(300_000)]), "is text and not a file"],
    ["nothing in it", form(), "no file in field `file`. "],
  ])("a form with %s, showing how to send one", async (_, body, what) => {
    await expect(upload(body, {}, 1e6)).rejects.toMatchObject({
      slug: "missing-file",
      message: expect.stringMatching(/curl -F file=@clip\.wav/),
    });
    await expect(upload(body, {}, 1e6)).rejects.toThrow(what);
  });

  test("a form with its file in another field, naming that as a member too", async () => {
    await expect(upload(form(["clip", clipFile()]))).rejects.toMatchObject({
      extensions: { fileFields: ["clip"] },
    });
  });

  test("a form that is none", async () => {
    const headers = { "Content-Type": "Multipart/Form-Data; boundary=b" };
    await expect(upload(CLIP, headers)).rejects.toMatchObject({ slug: "malformed-multipart" });
  });

  test("a form with two files, first or not", async () => {
    const two = [["file", clipFile()] as [string, File], ["file", clipFile()] as [string, File]];
    for (const fields of [two, [["pool", "mean"] as [string, string], ...two]]) {
      await expect(upload(form(...fields))).rejects.toMatchObject({ slug: "malformed-multipart" });
    }
  });

  test("a form that grows over the limit, wherever its file is", async () => {
    const big = new File([new Uint8Array(200_000)], "clip.wav");
    for (const fields of [
      [["file", big]],
      [
        ["pool", "mean"],
        ["file", big],
      ],
    ] as [string, File][][]) {
      const { body, headers } = await inParts(...fields);
      await expect(upload(body, headers, 150_000)).rejects.toMatchObject({
        slug: "clip-too-large",
      });
    }
  });
});
