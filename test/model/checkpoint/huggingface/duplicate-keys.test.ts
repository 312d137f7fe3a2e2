import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { findDuplicateKey } from "../../../../src/model/checkpoint/huggingface/duplicate-keys.ts";

describe("findDuplicateKey", () => {
  it.each([
    ['{"a":1,"a":1}', "a"],
    ['{"a":1,"b":{"c":1,"c":2}}', "c"],
    ['[{"x" : 1}, {"y":0, "y"\n:0}]', "y"],
    ['{"\\u0061":1,"a":1}', "a"],
    ['{"say \\"a\\"":1,"say \\"a\\"":1}', 'say "a"'],
  ])("finds it in %s", (json, key) => {
    expect(findDuplicateKey(json)).toBe(key);
  });

  it.each([
    ['{"a":{"a":{"a":1}}}'],
    ['[{"a":1},{"a":1}]'],
    ['{"a":"b","b":"a"}'],
    ['{"a":["a","a"]}'],
    ['{"a":"{\\"b\\":1,\\"b\\":1}"}'],
  ])("finds none in %s", (json) => {
    expect(findDuplicateKey(json)).toBeNull();
  });

  it("finds none in whatever JSON.stringify writes", () => {
    fc.assert(
      fc.property(fc.json(), (json) => {
        expect(findDuplicateKey(json)).toBeNull();
      }),
    );
  });
});
