import { createHash } from "node:crypto";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { timingSafeEqual } from "../../src/crypto/timing-safe.ts";
import { createToken, parseToken } from "../../src/keys/token.ts";

describe("a token", () => {
  it("has a readable prefix, an id, and 256 random bits", async () => {
    const { token, keyId, tokenSha256 } = await createToken();
    expect(token).toMatch(/^ut_[0-9a-f]{12}_[A-Za-z0-9_-]{43}$/);
    expect(token.slice(3, 15)).toBe(keyId);
    expect(tokenSha256).toBe(createHash("sha256").update(token).digest("hex"));
    expect(await parseToken(token)).toEqual({ keyId, tokenSha256 });
    expect((await createToken()).token).not.toBe(token);
  });

  it("is nothing else", async () => {
    await fc.assert(
      fc.asyncProperty(fc.string(), async (text) => {
        expect(await parseToken(text)).toBeNull();
      }),
    );
    const { token } = await createToken();
    for (const text of [
      ` ${token}`,
      `${token}\n`,
      token.toUpperCase(),
      token.slice(0, -1),
      `${token}A`,
    ]) {
      expect(await parseToken(text)).toBeNull();
    }
  });
});

describe("comparing secrets", () => {
  it("finds equal what is equal and nothing else", () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), (one, other) => {
        expect(timingSafeEqual(one, other)).toBe(one === other);
        expect(timingSafeEqual(one, one)).toBe(true);
        expect(timingSafeEqual(one, `${one}${other}`)).toBe(other === "");
      }),
    );
  });
});
