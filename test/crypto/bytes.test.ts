import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  concatBytes,
  decodeBase64,
  decodeHex,
  encodeBase64Url,
  withoutDataUrlHead,
} from "../../src/crypto/bytes.ts";

const anyBytes = fc.uint8Array({ maxLength: 100 });

describe("decodeHex", () => {
  it("reads what Node writes", () => {
    fc.assert(
      fc.property(anyBytes, (bytes) => {
        expect(decodeHex(Buffer.from(bytes).toString("hex"))).toEqual(bytes);
      }),
    );
  });

  it.each(["0", "0g", "0x00", " 00", "00 "])("makes nothing of '%s'", (text) => {
    expect(decodeHex(text)).toBeNull();
  });
});

describe("decodeBase64", () => {
  it("reads what Node writes, with padding and without", () => {
    fc.assert(
      fc.property(anyBytes, (bytes) => {
        const text = Buffer.from(bytes).toString("base64");
        expect(decodeBase64(text)).toEqual(bytes);
        expect(decodeBase64(text.replaceAll("=", ""))).toEqual(bytes);
      }),
    );
  });

  it.each(["%", "A", "AA=A", "AA===", "é"])("makes nothing of '%s'", (text) => {
    expect(decodeBase64(text)).toBeNull();
  });
});

describe("withoutDataUrlHead", () => {
  it.each([
    ["data:audio/wav;base64,AAAA", "AAAA"],
    ["DATA:;charset=utf-8;BASE64,AAAA", "AAAA"],
    ["AAAA", "AAAA"],
    ["data:audio/wav,AAAA", "data:audio/wav,AAAA"],
  ])("makes of '%s' '%s'", (text, base64) => {
    expect(withoutDataUrlHead(text)).toBe(base64);
  });
});

describe("encodeBase64Url", () => {
  it("writes as Node does", () => {
    fc.assert(
      fc.property(anyBytes, (bytes) => {
        expect(encodeBase64Url(bytes)).toBe(Buffer.from(bytes).toString("base64url"));
      }),
    );
  });
});

describe("concatBytes", () => {
  it("joins texts and bytes in order", () => {
    expect(concatBytes("é", new Uint8Array([0, 255]), "")).toEqual(
      new Uint8Array([0xc3, 0xa9, 0, 255]),
    );
  });
});
