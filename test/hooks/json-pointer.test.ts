import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { isJsonPointer, resolvePointer } from "../../src/hooks/json-pointer.ts";

/** The document of RFC 6901 §5. */
const DOCUMENT = {
  foo: ["bar", "baz"],
  "": 0,
  "a/b": 1,
  "c%d": 2,
  "e^f": 3,
  "g|h": 4,
  "i\\j": 5,
  'k"l': 6,
  " ": 7,
  "m~n": 8,
};

describe("resolvePointer", () => {
  it.each([
    ["", DOCUMENT],
    ["/foo", ["bar", "baz"]],
    ["/foo/0", "bar"],
    ["/", 0],
    ["/a~1b", 1],
    ["/c%d", 2],
    ["/e^f", 3],
    ["/g|h", 4],
    ["/i\\j", 5],
    ['/k"l', 6],
    ["/ ", 7],
    ["/m~0n", 8],
  ])("finds what RFC 6901 says at '%s'", (pointer, value) => {
    expect(resolvePointer(DOCUMENT, pointer)).toEqual(value);
  });

  it("replaces ~1 before ~0", () => {
    expect(resolvePointer({ "~1": "right", "/": "wrong" }, "/~01")).toBe("right");
  });

  it.each(["/foo/2", "/foo/-", "/foo/00", "/foo/length", "/foo/0/0", "/nothing", "/nothing/more"])(
    "finds nothing at %s",
    (pointer) => {
      expect(resolvePointer(DOCUMENT, pointer)).toBeUndefined();
    },
  );

  it.each(["/__proto__", "/constructor/name", "/toString"])("inherits nothing at %s", (pointer) => {
    expect(resolvePointer({}, pointer)).toBeUndefined();
  });

  it("finds every member of every document by the pointer made for it", () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (document) => {
        for (const [name, value] of Object.entries(document)) {
          const pointer = `/${name.replaceAll("~", "~0").replaceAll("/", "~1")}`;
          expect(isJsonPointer(pointer)).toBe(true);
          expect(resolvePointer(document, pointer)).toBe(value);
        }
      }),
    );
  });
});

describe("isJsonPointer", () => {
  it.each(["foo", "foo/bar", "#/foo", "/~", "/~2", "/a~"])("refuses %s", (text) => {
    expect(isJsonPointer(text)).toBe(false);
  });
});
