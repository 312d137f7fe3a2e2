import fc from "fast-check";
import { expect, it } from "vitest";
import { findLines } from "../../../src/http/batches/line-ranges.ts";
import { startSlices } from "../../../src/jobs/batch/slices.ts";

const LIMITS = { maxLines: 5, maxBlankLines: 4, maxLineBytes: 8 };
const decoder = new TextDecoder();

const find = async (text: string) => {
  const bytes = new TextEncoder().encode(text);
  const found = await findLines(bytes, LIMITS, startSlices());
  if (typeof found === "string") return found;
  return found.map(({ start, end }) => decoder.decode(bytes.subarray(start, end)));
};

it("finds the lines that String.split finds, but for blank ones and up to the limits", async () => {
  const piece = fc.constantFrom("a", "é", " ", "\t", "\r", "\n", "\n\n", "{}", "123456789");
  await fc.assert(
    fc.asyncProperty(fc.array(piece, { maxLength: 20 }), async (pieces) => {
      const text = pieces.join("");
      const lines = text.split("\n");
      // What follows the last line feed is a line only if it is not empty.
      if (lines.at(-1) === "") lines.pop();
      const isBlank = (line: string) => line.trim() === "" && line.length <= LIMITS.maxLineBytes;
      const expected = lines.filter((line) => !isBlank(line));
      const found = await find(text);
      if (found === "too-many-lines") expect(expected.length).toBeGreaterThan(5);
      else if (typeof found === "string") expect(lines.length - expected.length).toBeGreaterThan(4);
      else expect(found).toEqual(expected);
    }),
  );
});

it("lets others in while it looks through a long body", async () => {
  let turns = 0;
  let isDone = false;
  const count = () => {
    turns++;
    if (!isDone) setImmediate(count);
  };
  setImmediate(count);
  const limits = { maxLines: 10, maxBlankLines: 1e9, maxLineBytes: 16_384 };
  await findLines(new Uint8Array(2_000_000).fill(0x0a), limits, startSlices());
  isDone = true;
  // A slice has 64 KiB, or 256 lines.
  expect(turns).toBeGreaterThan(2_000_000 / 300);
});
