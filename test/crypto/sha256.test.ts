import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { portableSha256, type Sha256 } from "../../src/crypto/sha256.ts";
import { nodeSha256 } from "../../src/platform/node/sha256.ts";

/** Of the empty message and of "abc": FIPS 180-4's examples. */
const EMPTY = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
const ABC = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

const KINDS: Readonly<Record<string, () => Sha256>> = { portableSha256, nodeSha256 };

describe.each(Object.keys(KINDS))("%s", (name) => {
  const start = KINDS[name] as () => Sha256;

  it("tells the digest of what came so far", () => {
    const hash = start();
    expect(hash.hex()).toBe(EMPTY);
    hash.update(new TextEncoder().encode("ab"));
    hash.hex();
    hash.update(new TextEncoder().encode("c"));
    expect(hash.hex()).toBe(ABC);
  });

  it("does not depend on the pieces", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.uint8Array()), async (pieces) => {
        const hash = start();
        for (const piece of pieces) hash.update(piece);
        const whole = await crypto.subtle.digest("SHA-256", Buffer.concat(pieces));
        expect(hash.hex()).toBe(Buffer.from(whole).toString("hex"));
      }),
    );
  });
});
