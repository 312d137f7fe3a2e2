import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { bodyPieces } from "../../src/http/body.ts";

/** A request whose body arrives chunk by chunk, and how many of them were asked for. */
function chunkedRequest(chunks: readonly Uint8Array[], headers: HeadersInit = {}) {
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
  return { request: streamed(body, { headers }), seen };
}

function streamed(body: ReadableStream<Uint8Array>, init: RequestInit = {}): Request {
  const method = { method: "POST", duplex: "half" } as RequestInit;
  return new Request("http://localhost/", { ...method, ...init, body });
}

async function readAll(request: Request, maxBytes: number): Promise<number[]> {
  const bytes: number[] = [];
  for await (const piece of bodyPieces(request, maxBytes)) bytes.push(...piece);
  return bytes;
}

const kilobyte = (value: number) => new Uint8Array(1000).fill(value);

describe("bodyPieces", () => {
  test("gives back the bytes, however they were cut and whatever length was declared", async () => {
    const bodies = fc.array(fc.uint8Array({ maxLength: 70_000 }), { maxLength: 6 });
    await fc.assert(
      fc.asyncProperty(bodies, fc.option(fc.nat(100_000)), async (chunks, declared) => {
        const headers = declared === null ? {} : { "Content-Length": String(declared) };
        const { request } = chunkedRequest(chunks, headers);
        const whole = chunks.flatMap((chunk) => [...chunk]);
        expect(await readAll(request, 1_000_000)).toEqual(whole);
      }),
      { numRuns: 30 },
    );
  });

  test("gives each piece once it is there, and asks for no more by itself", async () => {
    const { request, seen } = chunkedRequest([kilobyte(1), kilobyte(2), kilobyte(3)]);
    const pieces = bodyPieces(request, 5000);
    expect(seen.chunksRead).toBe(0);
    expect((await pieces.next()).value).toEqual(kilobyte(1));
    expect(seen.chunksRead).toBe(1);
  });

  test("takes a body of exactly the limit", async () => {
    const { request } = chunkedRequest([kilobyte(1), kilobyte(2)]);
    expect(await readAll(request, 2000)).toHaveLength(2000);
  });

  test("refuses a declared length over the limit before reading anything", () => {
    const { request, seen } = chunkedRequest([kilobyte(1)], { "Content-Length": "2001" });
    expect(() => bodyPieces(request, 2000)).toThrow(
      expect.objectContaining({ slug: "clip-too-large", extensions: { maxBytes: 2000 } }),
    );
    expect(seen.chunksRead).toBe(0);
  });

  test("stops reading where an undeclared body passes the limit", async () => {
    const { request, seen } = chunkedRequest(Array.from({ length: 100 }, () => kilobyte(1)));
    await expect(readAll(request, 2500)).rejects.toMatchObject({ slug: "clip-too-large" });
    expect(seen.chunksRead).toBe(3);
  });

  test("counts what arrives even where less was declared", async () => {
    const chunks = [kilobyte(1), kilobyte(2), kilobyte(3)];
    const { request } = chunkedRequest(chunks, { "Content-Length": "10" });
    await expect(readAll(request, 2500)).rejects.toMatchObject({ slug: "clip-too-large" });
  });

  test("says that the request broke off if its body does", async () => {
    const body = new ReadableStream({
      start(controller) {
        controller.enqueue(kilobyte(1));
        controller.error(new TypeError("terminated"));
      },
    });
    await expect(readAll(streamed(body), 5000)).rejects.toMatchObject({ slug: "request-aborted" });
  });

  test("does not wait for the rest once the client has gone", async () => {
    let cancelled = false;
    const body = new ReadableStream({
      start: (controller) => controller.enqueue(kilobyte(1)),
      cancel() {
        cancelled = true;
      },
    });
    const client = new AbortController();
    const pieces = bodyPieces(streamed(body, { signal: client.signal }), 5000);
    await pieces.next();
    const next = pieces.next();
    client.abort();
    await expect(next).rejects.toMatchObject({ slug: "request-aborted" });
    expect(cancelled).toBe(true);
  });

  test("of a request without a body there are none", async () => {
    expect(await readAll(new Request("http://localhost/"), 10)).toEqual([]);
  });
});
