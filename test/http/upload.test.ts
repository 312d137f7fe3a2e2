import { describe, expect, test } from "vitest";
import { readUpload } from "../../src/http/upload.ts";

const CLIP = new Uint8Array([82, 73, 70, 70, 0, 255, 13, 10, 45, 45]);
const clipFile = () => new File([CLIP], "clip.wav", { type: "audio/wav" });

function upload(body: BodyInit, headers: HeadersInit = {}) {
  return readUpload(new Request("http://localhost/", { method: "POST", body, headers }), 10_000);
}

function form(...fields: [string, string | File][]): FormData {
  const data = new FormData();
  for (const [name, value] of fields) data.append(name, value);
  return data;
}

describe("readUpload", () => {
  test.each(["audio/wav", "application/octet-stream", "application/x-www-form-urlencoded"])(
    "takes a raw body sent as %s",
    async (type) => {
      expect((await upload(CLIP, { "Content-Type": type })).clip).toEqual(CLIP);
    },
  );

  test("takes a form's file byte for byte, and its other fields", async () => {
    const { clip, fields } = await upload(
      form(["pool", "mean"], ["file", clipFile()], ["pool", "max"]),
    );
    expect(clip).toEqual(CLIP);
    expect([...fields]).toEqual([["pool", ["mean", "max"]]]);
  });

  test.each([
    ["an empty body", ""],
    ["a form with an empty file", form(["file", new File([], "clip.wav")])],
  ])("refuses %s", async (_, body) => {
    await expect(upload(body)).rejects.toMatchObject({ slug: "empty-body" });
  });

  test.each([
    ["no field `file`", form(["clip", clipFile()])],
    ["text in field `file`", form(["file", "RIFF"])],
  ])("refuses a form with %s and shows how to send one", async (_, body) => {
    await expect(upload(body)).rejects.toMatchObject({
      slug: "missing-file",
      message: expect.stringContaining("curl -F file=@clip.wav"),
    });
  });

  test.each([
    ["no boundary", "multipart/form-data", "x"],
    ["a boundary that never comes", "multipart/form-data; boundary=b", "x"],
    [
      "a part without its end",
      "multipart/form-data; boundary=b",
      "--b\r\nContent-Disposition: form-data",
    ],
    ["nothing but the wrong type", "Multipart/Form-Data; boundary=b", CLIP],
  ])("refuses a form with %s", async (_, type, body) => {
    await expect(upload(body, { "Content-Type": type })).rejects.toMatchObject({
      slug: "malformed-multipart",
    });
  });

  test("refuses a form with two files", async () => {
    await expect(upload(form(["file", clipFile()], ["file", clipFile()]))).rejects.toMatchObject({
      slug: "malformed-multipart",
    });
  });

  test("bounds the whole form before parsing it", async () => {
    const big = new Response(form(["file", new File([new Uint8Array(20_000)], "clip.wav")]));
    const headers = { "Content-Type": big.headers.get("Content-Type") as string };
    await expect(upload(await big.arrayBuffer(), headers)).rejects.toMatchObject({
      slug: "clip-too-large",
    });
  });
});
