import fc from "fast-check";
import { expect, it } from "vitest";
import { createSecretBox, isSecretKey, newSecretKey } from "../../src/crypto/secret-box.ts";

const [OLD, NEW] = [newSecretKey(), newSecretKey()];

it("gives back any secret in its place, under any of its keys", async () => {
  const [sealing, opening] = [createSecretBox([OLD]), createSecretBox([NEW, OLD])];
  await fc.assert(
    fc.asyncProperty(fc.string({ unit: "grapheme" }), fc.string(), async (secret, place) => {
      expect(await opening.open(await sealing.seal(secret, place), place)).toBe(secret);
    }),
  );
});

it("says nothing of a secret, and never the same of it twice", async () => {
  const box = createSecretBox([NEW]);
  const sealed = await box.seal("whsec_abc", "a");
  expect(sealed.startsWith((await box.prefix()) as string)).toBe(true);
  expect(sealed).not.toContain("whsec");
  expect(await box.seal("whsec_abc", "a")).not.toBe(sealed);
});

it("refuses a secret of another place, one that was changed, and one of a key that it has not", async () => {
  const box = createSecretBox([NEW]);
  const sealed = await box.seal("whsec_abc", "a");
  const changed = sealed.slice(0, -1) + (sealed.endsWith("A") ? "B" : "A");
  const prefix = (await box.prefix()) as string;
  for (const [text, place] of [
    [sealed, "b"],
    [`${changed}`.replace(/.{4}$/, "AAAA"), "a"],
    [prefix, "a"],
    [`${prefix}%`, "a"],
  ] as const) {
    await expect(box.open(text, place)).rejects.toMatchObject({ slug: "secret-unreadable" });
  }
  await expect(createSecretBox([OLD]).open(sealed, "a")).rejects.toThrow(prefix.slice(7, -1));
  await expect(createSecretBox([]).open(sealed, "a")).rejects.toMatchObject({
    slug: "secret-unreadable",
  });
});

it("leaves secrets as they are without a key, and takes them so with one", async () => {
  expect(await createSecretBox([]).prefix()).toBeNull();
  expect(await createSecretBox([]).seal("whsec_abc", "a")).toBe("whsec_abc");
  expect(await createSecretBox([NEW]).open("whsec_abc", "a")).toBe("whsec_abc");
});

it("knows a key when it sees one", () => {
  expect(isSecretKey(NEW)).toBe(true);
  for (const text of ["", "abc", btoa("x".repeat(31)), btoa("x".repeat(33)), "%".repeat(44)]) {
    expect(isSecretKey(text)).toBe(false);
  }
});
