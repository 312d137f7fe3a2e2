import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { formEvents } from "../../../../src/http/request/form/form.ts";
import { inPieces, pieceSizes } from "../../../../support/decoding/decode-all.ts";

const latin1 = (text: string) => Buffer.from(text, "latin1");

/** A form's fields in order, files of field `file` as their bytes in hexadecimal. */
async function parse(body: Uint8Array, contentType: string, pieces: readonly number[] = []) {
  const parts: [name: string, value: string | null][] = [];
  const arriving = async function* () {
    yield* inPieces(body, pieces);
  };
  for await (const event of formEvents(arriving(), contentType)) {
    if (event.kind === "field") parts.push([event.name, event.value]);
    if (event.kind === "file") parts.push(["file", ""]);
    if (event.kind === "bytes") {
      const [name, hex] = parts.pop() as [string, string];
      parts.push([name, hex + Buffer.from(event.bytes).toString("hex")]);
    }
  }
  return parts;
}

/** What bytes are made of that look like boundaries and are none. */
const alike = fc
  .array(fc.constantFrom("\r", "\n", "-", "--", "\r\n--", "\r\n", "b", "x", "\0\xff"), {
    maxLength: 40,
  })
  .map((parts) => parts.join(""));

describe("a form is read", () => {
  test("as its sender meant it, whatever the bytes and pieces", async () => {
    const boundaries = fc.constantFrom(
      "b",
      "=".repeat(70),
      "--b",
      "b--",
      "----WebKitFormBoundary7MA4YWxkTrZu0gW",
    );
    await fc.assert(
      fc.asyncProperty(
        boundaries,
        alike,
        alike,
        pieceSizes,
        async (boundary, text, bytes, pieces) => {
          const delimiter = `\r\n--${boundary}`;
          fc.pre(![text, bytes].some((part) => `\r\n${part}\r\n`.includes(delimiter)));
          const field = (name: string, value: string) =>
            `--${boundary}\r\nContent-Disposition: form-data; ${name}\r\n\r\n${value}\r\n`;
          const body = [
            field('name="pool"', text.replaceAll("\xff", "")),
            field('name="file"; filename="a.wav"', bytes),
            field('name="layers"', "1"),
            `--${boundary}--\r\n`,
          ];
          const read = await parse(
            latin1(body.join("")),
            `multipart/form-data; boundary=${boundary}`,
            pieces,
          );
          expect(read).toEqual([
            ["pool", text.replaceAll("\xff", "")],
            ["file", latin1(bytes).toString("hex")],
            ["layers", "1"],
          ]);
        },
      ),
      { numRuns: 300 },
    );
  });

  test("as the runtime writes and reads it", async () => {
    const form = new FormData();
    form.append("größe", "naïve\r\n☃");
    form.append("file", new File([new Uint8Array(200_000).fill(13)], 'a "clip"; name=x.wav'));
    form.append("empty", "");
    const response = new Response(form);
    const contentType = response.headers.get("Content-Type") as string;
    const body = new Uint8Array(await response.arrayBuffer());
    const again = await new Response(body, { headers: { "Content-Type": contentType } }).formData();
    expect(await parse(body, contentType, [1000])).toEqual([
      ["größe", again.get("größe")],
      ["file", "0d".repeat(200_000)],
      ["empty", ""],
    ]);
  });

  test.each([
    ["names without quotes", "form-data; name=pool"],
    ["other parameters first", 'FORM-DATA; x="a; name=b" ; NAME="pool"'],
  ])("with %s", async (_, disposition) => {
    const body = `--b\r\nX: y\r\ncontent-disposition: ${disposition}\r\n\r\nmean\r\n--b--`;
    expect(await parse(latin1(body), 'multipart/form-data; charset=x; boundary="b"')).toEqual([
      ["pool", "mean"],
    ]);
  });

  test("with something before its first boundary and after its last", async () => {
    const part = '--b\r\nContent-Disposition: form-data; name="pool"\r\n\r\nmean\r\n';
    const body = `for people\r\n${part}--b--\r\n--b\r\nmore`;
    expect(await parse(latin1(body), "multipart/form-data; boundary=b")).toEqual([
      ["pool", "mean"],
    ]);
  });

  test("with a file in a field of another name, whose value is no text", async () => {
    const body =
      '--b\r\nContent-Disposition: form-data; name="pool"; filename="p"\r\n\r\nmean\r\n--b--';
    expect(await parse(latin1(body), "multipart/form-data; boundary=b")).toEqual([["pool", null]]);
  });
});

describe("a form is refused with what is wrong with it", () => {
  const file = '--b\r\nContent-Disposition: form-data; name="file"; filename="x"\r\n\r\n1\r\n';
  const field = '--b\r\nContent-Disposition: form-data; name="pool"\r\n\r\n';
  test.each([
    ["no boundary", "multipart/form-data", "x", "names no boundary"],
    ["an empty boundary", 'multipart/form-data; boundary=""', '--""--', "names no boundary"],
    [
      "a boundary of 71 characters",
      `multipart/form-data; boundary=${"b".repeat(71)}`,
      `--${"b".repeat(71)}--`,
      "its boundary has 71 characters; at most 70",
    ],
    [
      "9,000 bytes before its first boundary",
      "multipart/form-data; boundary=b",
      `${"x".repeat(9_000)}\r\n${field}1\r\n--b--`,
      "within 8192 bytes",
    ],
    ["a boundary that never comes", "multipart/form-data; boundary=b", "x", "last boundary"],
    ["a boundary with a tail", "multipart/form-data; boundary=b", "--bc\r\n", "broken"],
    ["a part without its end", "multipart/form-data; boundary=b", field, "last boundary"],
    ["headers without their end", "multipart/form-data; boundary=b", "--b\r\nX", "headers"],
    [
      "endless headers",
      "multipart/form-data; boundary=b",
      `--b\r\nX: ${"x".repeat(9_000)}`,
      "headers",
    ],
    [
      "a part without a name",
      "multipart/form-data; boundary=b",
      "--b\r\nX: y\r\n\r\n1\r\n--b--",
      "no name",
    ],
    [
      "two files",
      "multipart/form-data; boundary=b",
      `${file}${file}--b--`,
      "several fields `file`",
    ],
    [
      "a huge field",
      "multipart/form-data; boundary=b",
      `${field}${"x".repeat(17_000)}\r\n--b--`,
      "16384 bytes",
    ],
    [
      "a hundred fields",
      "multipart/form-data; boundary=b",
      `${`${field}1\r\n`.repeat(100)}--b--`,
      "64 parts",
    ],
  ])("%s", async (_, contentType, body, problem) => {
    await expect(parse(latin1(body), contentType)).rejects.toMatchObject({
      slug: "malformed-multipart",
      message: expect.stringContaining(problem),
    });
  });
});
