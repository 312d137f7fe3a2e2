import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { readBody } from "../../src/http/limits.ts";

/** A request whose body arrives chunk by chunk, and how many of them were asked for. */
function chunkedRequest(
  chunks: readonly Uint8Array[],
  headers: HeadersInit = {},
  signal?: AbortSignal,
) {
  const seen = { chunksRead: 0 };
  const body = new ReadableStream<Uint8Array>(
    {
      pull(controller) {
        const chunk = chunks[seen.chunksRead];
        if (chunk === undefined) return controller.close();
        seen.chunksRead++;
        controller.enqueue(chunk);
      },
    },
    { highWaterMark: 0 },
  );
  const init = { method: "POST", headers, body, duplex: "half", ...(signal && { signal }) };
  return { request: new Request("http://localhost/", init as RequestInit), seen };
}

const kilobyte = (value: number) => new Uint8Array(1000).fill(value);

describe("readBody", () => {
  test("gives back the bytes, however they were cut and whatever length was declared", async () => {
    const bodies = fc.array(fc.uint8Array({ maxLength: 70_000 }), { maxLength: 6 });
    await fc.assert(
      fc.asyncProperty(bodies, fc.option(fc.nat(100_000)), async (chunks, declared) => {
        const headers = declared === null ? {} : { "Content-Length": String(declared) };
        const { request } = chunkedRequest(chunks, headers);
        const whole = chunks.flatMap((chunk) => [...chunk]);
        expect([...(await readBody(request, 1_000_000))]).toEqual(whole);
      }),
      { numRuns: 30 },
    );
  });

  test("takes a body of exactly the limit", async () => {
    const { request } = chunkedRequest([kilobyte(1), kilobyte(2)]);
    expect(await readBody(request, 2000)).toHaveLength(2000);
  });

  test("refuses a declared length over the limit before reading anything", async () => {
    const { request, seen } = chunkedRequest([kilobyte(1)], { "Content-Length": "2001" });
    await expect(readBody(request, 2000)).rejects.toMatchObject({
      slug: "clip-too-large",
      extensions: { maxBytes: 2000 },
    });
    expect(seen.chunksRead).toBe(0);
  });

  test("stops reading where an undeclared body passes the limit", async () => {
    const { request, seen } = chunkedRequest(Array.from({ length: 100 }, () => kilobyte(1)));
    await expect(readBody(request, 2500)).rejects.toMatchObject({ slug: "clip-too-large" });
    expect(seen.chunksRead).toBe(3);
  });

  test("counts what arrives even where less was declared", async () => {
    const chunks = [kilobyte(1), kilobyte(2), kilobyte(3)];
    const { request } = chunkedRequest(chunks, { "Content-Length": "10" });
    await expect(readBody(request, 2500)).rejects.toMatchObject({ slug: "clip-too-large" });
  });

  test("says that the request broke off if its body does", async () => {
    const body = new ReadableStream({
      start(controller) {
        controller.enqueue(kilobyte(1));
        controller.error(new TypeError("terminated"));
      },
    });
    const init = { method: "POST", body, duplex: "half" } as RequestInit;
    await expect(readBody(new Request("http://localhost/", init), 5000)).rejects.toMatchObject({
      slug: "request-aborted",
    });
  });

  test("a request without a body has no bytes", async () => {
    expect(await readBody(new Request("http://localhost/"), 10)).toHaveLength(0);
  });
});
