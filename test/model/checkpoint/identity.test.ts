import { cp, mkdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, it, test } from "vitest";
import { localIdentity, modelName } from "../../../src/model/checkpoint/identity.ts";
import { openCheckpoint } from "../../../src/model/checkpoint/open.ts";
import { isPackId } from "../../../src/model/pack/manifest.ts";
import { fixture, temporaryDirectory } from "../../support/checkpoints/files.ts";

const COMMIT = "0123456789abcdef0123456789abcdef01234567";
const OTHER = "89abcdef0123456789abcdef0123456789abcdef";

describe("a model's name", () => {
  it.each([
    ["WavLM-Base+", "wavlm-base-plus"],
    ["My WavLM (Base)+", "my-wavlm-base-plus"],
    ["Café", "cafe"],
    ["…", "model"],
  ])("of %s is %s", (text, name) => expect(modelName(text)).toBe(name));

  test("keeps names in other scripts apart, also where a part is ASCII, however they are composed", () => {
    const names = ["语音", "情感", "wavlm-语音", "wavlm-情感", "модель", "ガ"].map(modelName);
    expect(new Set(names).size).toBe(names.length);
    for (const name of names) expect(name).toMatch(/^(model|wavlm)-[0-9a-f]{8}$/);
    expect(modelName("ガ".normalize("NFD"))).toBe(modelName("ガ".normalize("NFC")));
  });

  test("is one that a pack can have, whatever the text", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme", maxLength: 40 }), (text) => {
        expect(isPackId(modelName(text).slice(0, 100))).toBe(true);
      }),
    );
  });
});

/** A folder of the hub's cache with these snapshots of tiny-group. */
async function cached(commits: readonly string[], main: string | null): Promise<string> {
  const folder = join(await temporaryDirectory(), "models--someone--WavLM-Tiny");
  for (const commit of commits) {
    await cp(fixture("golden/tiny-group"), join(folder, "snapshots", commit), { recursive: true });
  }
  await mkdir(join(folder, "refs"), { recursive: true });
  if (main !== null) await writeFile(join(folder, "refs/main"), main);
  return folder;
}

describe("a cached model's folder", () => {
  test("is the snapshot that main was last, called by the model's name", async () => {
    const { name, provenance } = await openCheckpoint(await cached([OTHER, COMMIT], COMMIT));
    expect([name, provenance.source]).toEqual(["wavlm-tiny", `someone/WavLM-Tiny@${COMMIT}`]);
  });

  test("is its only snapshot where main is not known, and refused where there are several", async () => {
    expect((await openCheckpoint(await cached([OTHER], null))).name).toBe("wavlm-tiny");
    await expect(openCheckpoint(await cached([COMMIT, OTHER], null))).rejects.toMatchObject({
      slug: "checkpoint-invalid",
      message: expect.stringMatching(`main is not known.*${COMMIT}, ${OTHER}`),
    });
    await expect(openCheckpoint(await cached([OTHER], COMMIT))).rejects.toMatchObject({
      message: expect.stringContaining(`main (${COMMIT}) is not cached`),
    });
  });

  test("has snapshots that are called by the model's name too, as directories and as files", async () => {
    const folder = await cached([COMMIT], COMMIT);
    const snapshot = join(folder, "snapshots", COMMIT);
    expect(localIdentity(snapshot)).toMatchObject({ name: "wavlm-tiny" });
    const { name } = await openCheckpoint(join(snapshot, "model.safetensors"));
    expect(name).toBe("wavlm-tiny");
    await rm(join(folder, "snapshots"), { recursive: true });
    expect(localIdentity(folder).name).toBe("models--someone--wavlm-tiny");
  });
});
