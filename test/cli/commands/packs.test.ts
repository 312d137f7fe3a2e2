import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { encodeDefaultModel } from "../../../src/model/pack/default-model.ts";
import { manifestKey } from "../../../src/model/pack/manifest.ts";
import { filesystemStore } from "../../../src/store/filesystem.ts";
import { goldenDirectory } from "../../../support/packs/tiny-pack.ts";
import { startRemoteR2 } from "../../support/cli/remote-r2.ts";
import { runUndertone } from "../../support/cli/undertone.ts";

/** wrangler is started several times, and takes its time on a busy machine. */
const WRANGLER_TIMEOUT_MS = 180_000;

let directory: string;
let packs: Readonly<Record<"group" | "again" | "layer", string>>;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "undertone-packs-"));
  const build = async (name: string, id: string) => {
    const out = join(directory, id);
    const args = ["--precision", "fp32", "--id", id, "--out", out];
    const built = await runUndertone(["pack", "build", goldenDirectory(name), ...args]);
    expect(built.status).toBe(0);
    return out;
  };
  packs = {
    group: await build("tiny-group", "m-group"),
    // The same blobs under another name.
    again: await build("tiny-group", "a-again"),
    layer: await build("tiny-layer", "z-layer"),
  };
});
afterAll(() => rm(directory, { recursive: true }));

let target: string;
let targets = 0;
beforeEach(() => {
  target = join(directory, `target-${++targets}`);
});

const pack = (...args: string[]) => runUndertone(["pack", ...args, "--directory", target]);
const store = () => filesystemStore(target);
const blobs = () => store().list("blobs/");

describe("the default model", () => {
  it("is the first that is installed, whatever comes later", async () => {
    expect((await pack("install", packs.group)).stdout).toMatch(/ It is the default model\.\n$/);
    expect((await pack("install", packs.again)).stdout).toMatch(
      / The default model is m-group; 'undertone pack default a-again' changes that\.\n$/,
    );
    expect((await pack("default")).stdout).toBe("m-group\n");
  });

  it("is what answered before, where packs were installed without saying so", async () => {
    const files = store();
    for (const name of ["group", "layer"] as const) await pack("install", packs[name]);
    await files.delete("packs/default.json");
    await pack("install", packs.again);
    expect((await pack("default")).stdout).toBe("m-group\n");
  });

  it("can be chosen among those that are installed", async () => {
    await pack("install", packs.group);
    await pack("install", packs.layer);
    expect((await pack("default", "z-layer")).stdout).toBe(
      `The default model of ${target} is z-layer.\n`,
    );
    expect((await pack("default")).stdout).toBe("z-layer\n");
    const { status, stderr } = await pack("default", "a-again");
    expect(status).toBe(1);
    expect(stderr).toMatch(/^unknown-model: .*'a-again'.*installed: m-group, z-layer\.\n$/);
    expect((await pack("default")).stdout).toBe("z-layer\n");
  });

  it("that is gone is told of, with what to do", async () => {
    await pack("install", packs.group);
    await pack("install", packs.layer);
    await store().delete(manifestKey("m-group"));
    const asked = await pack("default");
    expect(asked.status).toBe(1);
    expect(asked.stderr).toMatch(
      /^default-model-missing: The default model 'm-group' is not installed\. .*z-layer.*undertone pack default <id>/,
    );
    expect((await pack("list")).stderr).toMatch(/'m-group' is not installed/);
    expect((await pack("install", packs.again)).stdout).toMatch(/'m-group' is not installed/);
  });

  it("of a store that lost all packs is the next that is installed", async () => {
    await store().put("packs/default.json", encodeDefaultModel("gone"));
    expect((await pack("install", packs.layer)).stdout).toMatch(/ It is the default model\.\n$/);
  });

  it("that is written down wrongly is told of", async () => {
    await pack("install", packs.layer);
    await store().put("packs/default.json", new TextEncoder().encode("{"));
    expect((await pack("default")).stderr).toMatch(
      /^default-model-missing: packs\/default\.json names/,
    );
    expect((await pack("default", "z-layer")).status).toBe(0);
  });
});

describe("pack list", () => {
  it("shows what is installed, and the default", async () => {
    await pack("install", packs.layer);
    await pack("install", packs.group);
    expect((await pack("list")).stdout).toMatch(
      /^m-group precision=fp32 size=0\.\dMB weights=checkpoint head=none source=tiny-group\nz-layer .*source=tiny-layer default\n$/,
    );
  });

  it("shows packs that cannot be used, with the reason", async () => {
    await pack("install", packs.layer);
    const old = JSON.stringify({ formatVersion: 1 });
    await store().put(manifestKey("old"), new TextEncoder().encode(old));
    expect((await pack("list")).stdout).toMatch(
      /^z-layer .*\nold unusable: .*build the pack again/,
    );
  });

  it("says that nothing is installed", async () => {
    const { status, stdout, stderr } = await pack("list");
    expect({ status, stdout }).toEqual({ status: 0, stdout: "" });
    expect(stderr).toBe(`No pack is installed in ${target}.\n`);
  });
});

describe("pack remove", () => {
  it("removes a pack and what no other pack needs", async () => {
    for (const name of ["group", "again", "layer"] as const) await pack("install", packs[name]);
    const all = await blobs();
    const again = await pack("remove", "a-again");
    expect(again.stdout).toMatch(
      /^Removed a-again from .*: 0 blobs deleted, \d+ kept for other packs\.\n$/,
    );
    expect(await blobs()).toEqual(all);
    const layer = await pack("remove", "z-layer");
    expect(layer.stdout).toMatch(/^Removed z-layer .*: [1-9]\d* blobs deleted/);
    expect((await blobs()).length).toBeLessThan(all.length);
    const { stdout } = await pack("install", packs.group);
    expect(stdout).toMatch(/: 0 blobs written/);
  });

  it("keeps what a pack needs that cannot be read here", async () => {
    await pack("install", packs.group);
    await pack("install", packs.layer);
    const manifest = await store().get(manifestKey("z-layer"));
    const other = new TextDecoder()
      .decode(manifest ?? undefined)
      .replace('"formatVersion": 4', '"formatVersion": 2');
    await store().put(manifestKey("other"), new TextEncoder().encode(other));
    const all = await blobs();
    expect((await pack("remove", "z-layer")).status).toBe(0);
    expect(await blobs()).toEqual(all);
  });

  it("refuses the default while there are others", async () => {
    await pack("install", packs.group);
    await pack("install", packs.layer);
    const { status, stderr } = await pack("remove", "m-group");
    expect(status).toBe(1);
    expect(stderr).toMatch(
      /^invalid-option: m-group is the default model.*'undertone pack default z-layer'/,
    );
    await pack("default", "z-layer");
    expect((await pack("remove", "m-group")).status).toBe(0);
  });

  it("takes the last one, and with it everything", async () => {
    await pack("install", packs.group);
    expect((await pack("remove", "m-group")).stdout).toMatch(/It was the last one; the next/);
    expect(await store().list("")).toEqual([]);
  });

  it("says what is installed if there is no such pack", async () => {
    await pack("install", packs.group);
    expect((await pack("remove", "nothing")).stderr).toMatch(
      /^unknown-model: .*installed: m-group/,
    );
  });
});

describe("in the local bucket and in an account's", () => {
  it(
    "the commands do the same",
    async () => {
      const local = (...args: string[]) => runUndertone(["pack", ...args, "--persist-to", target]);
      await local("install", packs.group);
      await local("install", packs.layer);
      expect((await local("default", "z-layer")).status).toBe(0);
      expect((await local("list")).stdout).toMatch(/^m-group .*\nz-layer .* default\n$/);
      expect((await local("remove", "m-group")).status).toBe(0);
      expect((await local("list")).stdout).toMatch(/^z-layer .* default\n$/);
    },
    WRANGLER_TIMEOUT_MS,
  );

  it(
    "over Cloudflare's API too",
    async () => {
      const api = await startRemoteR2();
      try {
        const { CLOUDFLARE_ACCOUNT_ID: _, ...oneAccount } = api.variables;
        const remote = (...args: string[]) =>
          runUndertone(["pack", ...args, "--remote"], process.cwd(), oneAccount);
        // The bucket has what was installed elsewhere, since each blob takes wrangler seconds.
        await pack("install", packs.layer);
        await pack("install", packs.group);
        for (const key of await store().list("")) {
          await api.store.put(key, (await store().get(key)) ?? new Uint8Array());
        }
        expect((await remote("list")).stdout).toMatch(/^m-group .*\nz-layer .* default\n$/);
        expect((await remote("default", "m-group")).status).toBe(0);
        expect((await remote("default")).stdout).toBe("m-group\n");
        expect((await remote("remove", "z-layer")).status).toBe(0);
        expect((await remote("list")).stdout).toMatch(/^m-group .* default\n$/);
        const kept = await api.store.list("blobs/");
        await rm(target, { recursive: true });
        await pack("install", packs.group);
        expect(kept).toEqual(await blobs());
        api.refuses = true;
        const refused = await remote("list");
        expect(refused.status).toBe(1);
        expect(refused.stderr).toMatch(/wrangler login[\s\S]*Authentication error/);
      } finally {
        await api.close();
      }
    },
    WRANGLER_TIMEOUT_MS,
  );
});
