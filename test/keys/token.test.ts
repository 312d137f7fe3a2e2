import { createHash } from "node:crypto";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { timingSafeEqual } from "../../src/crypto/timing-safe.ts";
import { createToken, homeOf, isHome, parseToken } from "../../src/keys/token.ts";

describe("a token", () => {
  it("has a readable prefix, an id, and 256 random bits", async () => {
    const { token, keyId, tokenSha256 } = await createToken();
    expect(token).toMatch(/^ut_[0-9a-f]{12}_[A-Za-z0-9_-]{43}$/);
    expect(token.slice(3, 15)).toBe(keyId);
    expect(tokenSha256).toBe(createHash("sha256").update(token).digest("hex"));
    expect(await parseToken(token)).toEqual({ keyId, home: null, tokenSha256 });
    expect(homeOf(token)).toBeNull();
    expect((await createToken()).token).not.toBe(token);
  });

  it("names the home of a key, which nobody can change", async () => {
    const homes = fc.stringMatching(/^[a-z][a-z0-9-]{0,30}$/);
    await fc.assert(
      fc.asyncProperty(homes, homes, async (home, other) => {
        const { token, keyId, tokenSha256 } = await createToken(home);
        expect(isHome(home)).toBe(true);
        expect(homeOf(token)).toBe(home);
        expect(await parseToken(token)).toEqual({ keyId, home, tokenSha256 });
        const changed = await parseToken(token.replace(`ut_${home}_`, `ut_${other}_`));
        expect(changed?.tokenSha256 === tokenSha256).toBe(home === other);
        const stripped = await parseToken(token.replace(`ut_${home}_`, "ut_"));
        expect(stripped).toMatchObject({ keyId, home: null });
        expect(stripped?.tokenSha256).not.toBe(tokenSha256);
      }),
    );
    for (const name of ["", "EU", "1eu", "eu_west", "eu west", "a".repeat(32)]) {
      expect(isHome(name)).toBe(false);
    }
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
