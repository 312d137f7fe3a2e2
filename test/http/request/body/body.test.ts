import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { type BodyTerms, bodyPieces, readBody } from "../../../../src/http/request/body/body.ts";
import { countHeldBytes } from "../../../../src/http/request/body/held-bytes.ts";
import { createLedger } from "../../../../src/ledger.ts";
import { generousTerms } from "../../../support/http/body-terms.ts";

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
  for await (const piece of bodyPieces(request, maxBytes, generousTerms())) bytes.push(...piece);
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
    const pieces = bodyPieces(request, 5000, generousTerms());
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
    expect(() => bodyPieces(request, 2000, generousTerms())).toThrow(
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
    const pieces = bodyPieces(streamed(body, { signal: client.signal }), 5000, generousTerms());
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

describe("what bodies hold", () => {
  const counted = (maxBytes: number, maxBytesPerCaller: number) =>
    countHeldBytes({ maxBytes, maxBytesPerCaller, ledger: createLedger(1e9) });
  const read = (terms: Partial<BodyTerms>, chunks: Uint8Array[]) =>
    readBody(chunkedRequest(chunks).request, 1_000_000, generousTerms(terms));

  test("is counted, 64 kB for the reading included, and given back", async () => {
    const held = counted(100_000, 100_000);
    const holding = held.begin("a");
    await read({ holding }, [kilobyte(1), kilobyte(2)]);
    expect(() => held.begin("b").hold(100_000 - 65_536 - 2000)).not.toThrow();
    expect(() => held.begin("b").hold(1)).toThrow(
      expect.objectContaining({ slug: "body-memory-full" }),
    );
    holding.release();
    holding.release();
    expect(() => held.begin("b").hold(67_536)).not.toThrow();
  });

  test("is counted in the ledger of the isolate, which may be full before", async () => {
    const ledger = createLedger(100_000);
    const held = countHeldBytes({ maxBytes: 1e6, maxBytesPerCaller: 1e6, ledger });
    const holding = held.begin("a");
    await read({ holding }, [kilobyte(1)]);
    expect(ledger.heldByUse().bodies).toBe(66_536);
    ledger.open("results").set(90_000);
    await expect(read({ holding: held.begin("b") }, [kilobyte(1)])).rejects.toMatchObject({
      slug: "overloaded",
    });
    holding.release();
    expect(ledger.heldByUse().bodies).toBe(0);
  });

  test("by one caller leaves room for the others", async () => {
    const held = counted(300_000, 70_000);
    await read({ holding: held.begin("a") }, [kilobyte(1)]);
    await expect(read({ holding: held.begin("a") }, [kilobyte(1)])).rejects.toMatchObject({
      slug: "caller-memory-full",
      message: expect.stringContaining("one caller may hold"),
      extensions: { maxBytes: 70_000, retryAfterSeconds: 2 },
    });
    expect(await read({ holding: held.begin("b") }, [kilobyte(1)])).toHaveLength(1000);
  });

  test("is refused as it grows, not when it has come", async () => {
    const { request, seen } = chunkedRequest(Array.from({ length: 100 }, () => kilobyte(1)));
    const holding = counted(70_000, 70_000).begin("a");
    const reading = readBody(request, 1_000_000, generousTerms({ holding }));
    await expect(reading).rejects.toMatchObject({ slug: "caller-memory-full" });
    expect(seen.chunksRead).toBe(5);
  });
});

describe("a body in small pieces", () => {
  const pace = { minBytesPerSecond: 0, averagedOverSeconds: 30, maxSmallPieces: 1000 };
  const pieces = (count: number, bytes: number) =>
    Array.from({ length: count }, () => new Uint8Array(bytes));
  const read = (chunks: Uint8Array[], terms: Partial<BodyTerms> = {}) =>
    readBody(chunkedRequest(chunks).request, 1_000_000, generousTerms({ pace, ...terms }));

  test("is taken up to a number of them, and beyond it if they are not all that small", async () => {
    expect(await read(pieces(1000, 1))).toHaveLength(1000);
    expect(await read(pieces(3000, 64))).toHaveLength(192_000);
  });

  test("is refused beyond that", async () => {
    await expect(read(pieces(1001, 63))).rejects.toMatchObject({
      slug: "body-too-fragmented",
      extensions: { maxSmallPieces: 1000, minAveragePieceBytes: 64 },
    });
  });

  test("is refused by the pieces in which it came, where the runtime has joined them", async () => {
    const reading = read(pieces(2, 1000), { piecesArrived: () => 5000 });
    await expect(reading).rejects.toMatchObject({ slug: "body-too-fragmented" });
  });
});

describe("a slow body", () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());
  const pace = { minBytesPerSecond: 50, averagedOverSeconds: 30, maxSmallPieces: 100_000 };

  /** Sends `bytes` each `everyMs`, `times` times; gives the body's length, or the slug. */
  async function sendSlowly(bytes: number, everyMs: number, times: number) {
    const body = new ReadableStream<Uint8Array>({
      async start(controller) {
        for (let sent = 0; sent < times; sent++) {
          await new Promise((resolve) => setTimeout(resolve, everyMs));
          controller.enqueue(new Uint8Array(bytes));
        }
        controller.close();
      },
    });
    const reading = readBody(streamed(body), 1_000_000, generousTerms({ pace })).then(
      ({ length }) => length,
      ({ slug }) => slug,
    );
    await vi.advanceTimersByTimeAsync(everyMs * times + 1);
    return reading;
  }

  test.each([
    ["AMR at 4.75 kbit/s, frame by frame", 13, 20, 15_000],
    ["the same in pieces of a second", 650, 1000, 120],
    ["a connection that is gone for 25 s", 20_000, 25_000, 4],
    ["just as fast as it has to be", 50, 1000, 90],
  ])("is taken: %s", async (_, bytes, everyMs, times) => {
    expect(await sendSlowly(bytes, everyMs, times)).toBe(bytes * times);
  });

  test.each([
    ["a byte a second", 1, 1000, 60],
    ["nothing", 1, 100_000, 1],
    ["49 bytes a second", 49, 1000, 90],
  ])("is refused: %s", async (_, bytes, everyMs, times) => {
    expect(await sendSlowly(bytes, everyMs, times)).toBe("body-too-slow");
  });

  test("is not what a slow reader makes of it", async () => {
    const { request } = chunkedRequest([kilobyte(1), kilobyte(2), kilobyte(3)]);
    let bytes = 0;
    const reading = (async () => {
      for await (const piece of bodyPieces(request, 5000, generousTerms({ pace }))) {
        bytes += piece.length;
        await new Promise((resolve) => setTimeout(resolve, 100_000));
      }
    })();
    await vi.advanceTimersByTimeAsync(300_001);
    await reading;
    expect(bytes).toBe(3000);
  });

  test("leaves no timer behind when it is left half-way, or gives up", async () => {
    const { request } = chunkedRequest([kilobyte(1), kilobyte(2)]);
    await bodyPieces(request, 5000, generousTerms({ pace })).next();
    expect(vi.getTimerCount()).toBe(0);
    expect(await sendSlowly(1, 1000, 60)).toBe("body-too-slow");
    expect(vi.getTimerCount()).toBe(0);
  });

  test("leaves no timer behind", async () => {
    await readBody(chunkedRequest([kilobyte(1)]).request, 5000, generousTerms({ pace }));
    expect(vi.getTimerCount()).toBe(0);
  });
});
