import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openSqliteDatabase } from "../../src/database/sqlite.ts";
import { createKey } from "../../src/keys/table.ts";
import { httpStore } from "../../src/store/http.ts";
import { memoryStore } from "../../src/store/memory.ts";
import type { Store } from "../../src/store/store.ts";
import { installGolden, nodeRegistry } from "../../support/packs/tiny-pack.ts";
import { startService } from "../support/http/service.ts";

const MIGRATIONS = new URL("../../migrations", import.meta.url).pathname;

let server: Server;
let packs: Store;
let store: Store;

beforeAll(async () => {
  packs = memoryStore();
  await installGolden(packs, "tiny-group", "fp32");
  await installGolden(packs, "tiny-layer", "q8");
  const { app } = startService(nodeRegistry(packs), { packs });
  server = createServer(async ({ url }, response) => {
    const answer = await app.request(url as string);
    response.writeHead(answer.status, Object.fromEntries(answer.headers));
    response.end(Buffer.from(await answer.arrayBuffer()));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  store = httpStore(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
});
afterAll(() => server.close());

describe("the packs of a service, read over HTTP", () => {
  it("are the bytes that the service reads itself", async () => {
    for (const key of await packs.list(""))
      expect(await store.get(key)).toEqual(await packs.get(key));
  });

  it("are listed by their manifests, in ascending order", async () => {
    const keys = ["packs/tiny-group-fp32/manifest.json", "packs/tiny-layer-q8/manifest.json"];
    expect(await store.list("packs/")).toEqual(keys);
    expect(await store.list("packs/tiny-l")).toEqual([keys[1]]);
  });

  it("name the service's default model", async () => {
    const named = new TextDecoder().decode((await store.get("packs/default.json")) ?? undefined);
    expect(JSON.parse(named)).toEqual({ model: "tiny-group-fp32" });
  });

  it.each([`blobs/${"0".repeat(64)}.onnx`, "packs/absent/manifest.json"])(
    "are null for %s",
    async (key) => {
      expect(await store.get(key)).toBeNull();
    },
  );

  it.each(["../outside", "/etc/passwd", "blobs//a", "blobs/a?b"])(
    "refuse %j as a key",
    async (key) => {
      await expect(store.get(key)).rejects.toThrow(RangeError);
    },
  );

  it("cannot be written", async () => {
    await expect(store.put("blobs/a", new Uint8Array())).rejects.toMatchObject({
      slug: "internal",
    });
    await expect(store.delete("blobs/a")).rejects.toMatchObject({ slug: "internal" });
  });

  it("say that the service wants a key, or another one", async () => {
    const database = openSqliteDatabase(":memory:", MIGRATIONS);
    const request = { scopes: ["jobs"], owner: undefined, requestsPerMinute: 600 } as const;
    const { token } = await createKey(database, request, Date.now());
    const { app } = startService(nodeRegistry(packs), { packs, database, isOpen: false });
    const slugWith = async (key: string | null) => {
      const headers = key === null ? {} : { Authorization: `Bearer ${key}` };
      const locked = httpStore("http://service/", async (url) =>
        app.request(url.href, { headers }),
      );
      return locked.get("packs/tiny-layer-q8/manifest.json").catch(({ slug }) => slug);
    };
    expect(await slugWith(null)).toBe("key-missing");
    expect(await slugWith("ut_unknown")).toBe("key-invalid");
    expect(await slugWith(token)).toBe("key-lacks-scope");
  });

  it("say where they were looked for if nobody answers there", async () => {
    const nowhere = httpStore("http://127.0.0.1:9/");
    await expect(nowhere.get("blobs/a")).rejects.toMatchObject({
      slug: "storage-unavailable",
      message: expect.stringMatching(/http:\/\/127.0.0.1:9 cannot be read/),
    });
  });
});
