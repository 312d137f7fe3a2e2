import fc from "fast-check";
import { expect, test } from "vitest";
import { concatBytes } from "../../src/crypto/bytes.ts";
import { createBodyHolder } from "../../src/regions/held-body.ts";

const ROOMY = { maxBytes: 1e6, maxTotalBytes: 1e6 };

function requestOf(chunks: Iterable<Uint8Array>, headers: Record<string, string> = {}): Request {
  const iterator = Iterator.from(chunks);
  const body = new ReadableStream<Uint8Array>({
    pull(controller) {
      const { done, value } = iterator.next();
      if (done) controller.close();
      else controller.enqueue(value);
    },
  });
  const init = { method: "POST", body, headers, duplex: "half" } as RequestInit;
  return new Request("http://localhost/", init);
}

const bytesOf = async (stream: ReadableStream<Uint8Array> | null) =>
  concatBytes(...(await Array.fromAsync(stream ?? [])));

const someChunks = fc.array(fc.uint8Array({ maxLength: 20 }), { maxLength: 6 });

test("a body is the same each time, wherever the stream before was left", async () => {
  await fc.assert(
    fc.asyncProperty(someChunks, fc.array(fc.nat(6), { maxLength: 3 }), async (chunks, reads) => {
      const body = createBodyHolder(ROOMY)(requestOf(chunks));
      for (const read of reads) {
        const reader = (body.stream() as ReadableStream<Uint8Array>).getReader();
        for (let count = 0; count < read; count++) await reader.read();
        // A read that nobody waits for any more takes no bytes from the next stream.
        reader.read().catch(() => {});
        expect(body.isHeld).toBe(true);
      }
      expect(await bytesOf(body.stream())).toEqual(concatBytes(...chunks));
    }),
  );
});

test("a body that outgrows its bound, or that of all, is passed on whole and held no more", async () => {
  const limits = fc.record({ maxBytes: fc.nat(60), maxTotalBytes: fc.nat(60) });
  await fc.assert(
    fc.asyncProperty(limits, someChunks, someChunks, async (bounds, chunks, others) => {
      const hold = createBodyHolder(bounds);
      const body = hold(requestOf(chunks));
      const all = concatBytes(...chunks);
      expect(await bytesOf(body.stream())).toEqual(all);
      expect(body.isHeld).toBe(all.length <= Math.min(bounds.maxBytes, bounds.maxTotalBytes));
      const heldBytes = body.isHeld ? all.length : 0;

      const other = hold(requestOf(others));
      const otherBytes = await bytesOf(other.stream());
      expect(otherBytes).toEqual(concatBytes(...others));
      const room = Math.min(bounds.maxBytes, bounds.maxTotalBytes - heldBytes);
      expect(other.isHeld).toBe(otherBytes.length <= room);

      body.release();
      other.release();
      const third = hold(requestOf([all]));
      await bytesOf(third.stream());
      expect(third.isHeld).toBe(all.length <= Math.min(bounds.maxBytes, bounds.maxTotalBytes));
    }),
  );
});

test("a body that is said to be longer is not held at all", () => {
  const request = requestOf([new Uint8Array(1)], { "Content-Length": "11" });
  const body = createBodyHolder({ maxBytes: 10, maxTotalBytes: 100 })(request);
  expect(body.isHeld).toBe(false);
  expect(body.stream()).toBe(request.body);
});

test("a request without a body can be sent again and again", () => {
  const body = createBodyHolder({ maxBytes: 0, maxTotalBytes: 0 })(
    new Request("http://localhost/"),
  );
  expect([body.stream(), body.stream(), body.isHeld]).toEqual([null, null, true]);
});

test("a client that breaks off breaks its streams off", async () => {
  const broken = function* () {
    yield new Uint8Array(3);
    throw new Error("gone");
  };
  const body = createBodyHolder(ROOMY)(requestOf(broken()));
  await expect(bytesOf(body.stream())).rejects.toThrow("gone");
  await expect(bytesOf(body.stream())).rejects.toThrow("gone");
});
