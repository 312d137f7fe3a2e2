import fc from "fast-check";
import { expect, test } from "vitest";
import { parseLongJson } from "../../src/formats/long-json.ts";

const bytesOf = (value: unknown) => new TextEncoder().encode(JSON.stringify(value));

test("an object of any members and pieces of any length is what JSON.parse gives", async () => {
  const objects = fc.dictionary(
    fc.string({ unit: "grapheme" }).filter((name) => name !== "__proto__"),
    fc.oneof(fc.jsonValue({ maxDepth: 3 }), fc.array(fc.jsonValue({ maxDepth: 2 }))),
  );
  await fc.assert(
    fc.asyncProperty(objects, fc.integer({ min: 1, max: 64 }), async (object, pieceBytes) => {
      const bytes = bytesOf(object);
      const expected = JSON.parse(new TextDecoder().decode(bytes));
      expect(await parseLongJson(bytes, pieceBytes)).toEqual(expected);
    }),
  );
});

test("names and strings may have what ends strings and lists", async () => {
  const words = Array.from({ length: 50 }, (_, at) => ({
    text: `\\"],[{${at}`,
    inner: [[at], []],
  }));
  const object = { 'a"],[': words, none: [], 'b\\"': [1, "],["], valueOf: words, last: words };
  expect(await parseLongJson(bytesOf(object), 16)).toEqual(object);
});

test("what is not JSON is a SyntaxError, wherever it is cut off", async () => {
  const bytes = bytesOf({ words: ["one", "two", "three", "four"], rest: 1 });
  for (let length = 0; length < bytes.length; length++) {
    await expect(parseLongJson(bytes.subarray(0, length), 8)).rejects.toThrow(SyntaxError);
  }
});
