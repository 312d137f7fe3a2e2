import fc from "fast-check";
import { beforeEach, expect, test, vi } from "vitest";
import { PIECE_BYTES } from "../../../../src/audio/bytes/source.ts";
import { UndertoneError } from "../../../../src/errors.ts";
import { formEvents } from "../../../../src/http/request/form/form.ts";
import { inPieces, pieceSizes } from "../../../../support/decoding/decode-all.ts";

const MAX_PARTS = 64;
const DELIMITER_BYTES = 74;

const steps = vi.hoisted(() => ({ taken: 0, allowed: 0 }));

/** The real source; each time that it is asked for bytes is a step, and one more than allowed is an error. */
vi.mock("../../../../src/audio/bytes/source.ts", async (importOriginal) => {
  const original = await importOriginal<typeof import("../../../../src/audio/bytes/source.ts")>();
  const step = () => {
    if (++steps.taken > steps.allowed) throw new Error(`more than ${steps.allowed} steps`);
  };
  const byteSource: typeof original.byteSource = (pieces) => {
    const source = original.byteSource(pieces);
    return {
      budget: source.budget,
      get position() {
        return source.position;
      },
      peek(count) {
        step();
        return source.peek(count);
      },
      read(count) {
        step();
        return source.read(count);
      },
      skip(count) {
        step();
        return source.skip(count);
      },
      next() {
        step();
        return source.next();
      },
    };
  };
  return { ...original, byteSource };
});

beforeEach(() => {
  steps.taken = 0;
});

/** A part has its mark, its headers and its end; a piece of its bytes is looked at and taken. */
const allowedSteps = (bytes: number) =>
  6 * (MAX_PARTS + 2) + 2 * Math.ceil(bytes / (PIECE_BYTES - DELIMITER_BYTES));

async function parse(body: Uint8Array, contentType: string, pieces: readonly number[]) {
  steps.taken = 0;
  steps.allowed = allowedSteps(body.length);
  const arriving = (async function* () {
    yield* inPieces(body, pieces);
  })();
  try {
    let parts = 0;
    for await (const { kind } of formEvents(arriving, contentType)) if (kind !== "bytes") parts++;
    return parts;
  } catch (error) {
    if (error instanceof UndertoneError) return error.slug;
    throw error;
  }
}

const boundaries = fc.oneof(
  fc.constantFrom("", "b", "-", "--", "\r\n--", "b".repeat(70), "-".repeat(70), "b".repeat(71)),
  fc.string({ maxLength: 80 }),
  fc.integer({ min: 1, max: 70_000 }).map((length) => "b".repeat(length)),
);

/** Runs of what boundaries, headers and their ends are made of, some of them longer than a piece. */
const garbage = fc
  .array(
    fc.tuple(
      fc.constantFrom(
        ...["\r", "\n", "-", "\r\n", "\r\n--", "--b\r\n", "\r\n--b\r\n", "\r\n--b--", "x"],
        ...['Content-Disposition: form-data; name="a"\r\n\r\n', "\r\n\r\n"],
        'Content-Disposition: form-data; name="file"; filename="a"\r\n\r\n',
      ),
      fc.oneof(fc.constant(1), fc.integer({ min: 1, max: 20_000 })),
    ),
    { maxLength: 8 },
  )
  .map((runs) => Buffer.from(runs.map(([text, times]) => text.repeat(times)).join(""), "latin1"));

test("a form of any bytes, boundary and pieces ends in steps proportional to its bytes", async () => {
  await fc.assert(
    fc.asyncProperty(boundaries, garbage, pieceSizes, async (boundary, body, sizes) => {
      const pieces = sizes.map((size) => Math.max(size, Math.ceil(body.length / 1000)));
      const types = [`boundary=${boundary}`, `boundary="${boundary}"`, boundary];
      for (const type of types) await parse(body, `multipart/form-data; ${type}`, pieces);
    }),
    { numRuns: 200 },
  );
});

test("how the bytes are cut changes nothing of what is read", async () => {
  await fc.assert(
    fc.asyncProperty(garbage, pieceSizes, async (body, sizes) => {
      const pieces = sizes.map((size) => Math.max(size, Math.ceil(body.length / 1000)));
      const type = "multipart/form-data; boundary=b";
      expect(await parse(body, type, pieces)).toBe(await parse(body, type, []));
    }),
    { numRuns: 200 },
  );
});

test.each([65_600, 65_531, 71])("a boundary of %d characters is refused unread", async (length) => {
  const body = Buffer.alloc(300_000, "x");
  const type = `multipart/form-data; boundary=${"b".repeat(length)}`;
  expect(await parse(body, type, [])).toBe("malformed-multipart");
  expect(steps.taken).toBe(0);
});
