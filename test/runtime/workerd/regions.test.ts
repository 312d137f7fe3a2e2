import { transform } from "esbuild";
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import { warmUp } from "../../../src/cli/deploy/warm-up.ts";
import { sql } from "../../../src/database/database.ts";
import type { Job } from "../../../src/jobs/job.ts";
import { readJobs } from "../../../src/jobs/table.ts";
import { jobWebhookData } from "../../../src/jobs/webhook-data.ts";
import { createKey } from "../../../src/keys/table.ts";
import { manifestKey } from "../../../src/model/pack/manifest.ts";
import { readRegions } from "../../../src/regions/list.ts";
import { installGolden } from "../../../support/packs/tiny-pack.ts";
import {
  type BootedRegions,
  bootRegions,
  DEPLOYED_VERSION,
  type PlacedRequest,
  type WorkerVersion,
} from "../../../support/runtimes/regions.ts";
import { chirp, problemOf } from "../../support/http/service.ts";
import { expectLogStyle } from "../../support/log-style.ts";

const PATIENCE = { timeout: 120_000, interval: 200 };
const LIST = readRegions({
  // As short as it can be: what is left meanwhile is tested with a clock of its own.
  failover_seconds: 1,
  regions: [
    { name: "us", default: true, location: "enam", countries: ["US"] },
    { name: "eu", location: "weur", jurisdiction: "eu", countries: ["DE"] },
    { name: "asia", location: "apac", countries: ["SG"] },
  ],
});
const NAMES = LIST.regions.map(({ name }) => name);
const CLIP = chirp(1600);
/** A clip that nobody else sends, and a part of it that no other bytes hold. */
const EU_CLIP = chirp(3210);
const EU_CLIP_PART = EU_CLIP.subarray(EU_CLIP.length - 64);

/** Miniflare has a place for who names none. */
const NOWHERE = { latitude: "", longitude: "" };
const FRANKFURT = { colo: "FRA", country: "DE", continent: "EU" };

/** Miniflare itself refuses pages of other hosts. */
const PAGE = "http://localhost:3000";

/** A version of which every line is written otherwise, in one region only, as `npm run deploy -- --regions --only asia` leaves it. */
const NEWER: WorkerVersion = {
  id: "newer",
  build: async (main) => (await transform(main, { minify: true })).code,
};

let regions: BootedRegions;
/** Tokens: of a key that every region takes, and of one that is bound to `eu`. */
let anywhere: string;
let bound: string;
let manifest: string;
beforeAll(async () => {
  regions = await bootRegions(LIST, {
    vars: { REMEMBER_SECONDS: "0", SKIP_WARM_UP: "1", CORS_ORIGINS: PAGE },
    versions: { asia: NEWER },
  });
  for (const name of NAMES) {
    manifest = manifestKey(
      await installGolden(await regions.bucket(name, "PACKS"), "tiny-group", "fp32"),
    );
  }
  const request = { scopes: ["features", "jobs"] as const, requestsPerMinute: 6000 };
  const made = await createKey(await regions.database("shared"), request, Date.now());
  const home = { ...request, home: "eu" };
  const madeBound = await createKey(await regions.database("eu"), home, Date.now());
  [anywhere, bound] = [made.token, madeBound.token];
});
afterAll(() => regions?.stop());
afterEach(async () => {
  for (const name of NAMES) await regions.setDown(name, false);
});

const by = (token: string, init: PlacedRequest = {}): PlacedRequest => ({
  ...init,
  headers: { ...init.headers, Authorization: `Bearer ${token}` },
});
const send = (token: string, clip: Uint8Array<ArrayBuffer>, cf: object, region?: string) =>
  regions.fetch(
    "/v1/features?pool=mean",
    by(token, {
      method: "POST",
      body: clip,
      cf: { ...cf },
      headers: { "Content-Length": String(clip.length) },
    }),
    region,
  );
const regionOf = ({ headers }: Response) => headers.get("X-Undertone-Region");

/** Waits until the answers of a country come from a region again, once it is no longer left. */
const returnTo = (name: string, country: string) =>
  vi.waitFor(async () => {
    expect(regionOf(await send(anywhere, CLIP, { country }))).toBe(name);
  }, PATIENCE);

describe("three regions", () => {
  it.each([
    [{ colo: "FRA", country: "DE" }, "eu"],
    [{ colo: "SIN", country: "SG" }, "asia"],
    [{ colo: "ATL", country: "US" }, "us"],
    [{ colo: "WAW", country: "PL", latitude: "52.2", longitude: "21.0" }, "eu"],
    [{ colo: "NRT", country: "JP", continent: "AS", ...NOWHERE }, "asia"],
    [{ colo: "ARN", country: "T1", continent: "", ...NOWHERE }, "us"],
  ])("a request of %j is answered by %s, and says so", async (cf, name) => {
    const response = await send(anywhere, CLIP, cf);
    expect(response.status).toBe(200);
    expect(regionOf(response)).toBe(name);
    expect(response.headers.get("X-Undertone-Colo")).toBe(cf.colo);
    expect(response.headers.get("Server-Timing")).toContain("total");
    await vi.waitFor(() => {
      expect(regions.logs()).toContainEqual(
        expect.objectContaining({ event: "request", region: name, colo: cf.colo, status: 200 }),
      );
    }, PATIENCE);
  });

  it("a key that is bound to a region is answered there from anywhere, and by no other", async () => {
    const far = await send(bound, CLIP, { country: "SG", colo: "SIN" });
    expect([far.status, regionOf(far)]).toEqual([200, "eu"]);
    const wrong = await send(bound, CLIP, {}, "us");
    expect(wrong.status).toBe(421);
    expect(await problemOf(wrong)).toMatchObject({
      type: "/problems/key-of-another-region",
      home: "eu",
      region: "us",
    });
  });

  it("a token whose home was changed is no key", async () => {
    const forged = await send(bound.replace("ut_eu_", "ut_us_"), CLIP, FRANKFURT);
    expect([forged.status, regionOf(forged)]).toEqual([401, "us"]);
    const stripped = await send(bound.replace("ut_eu_", "ut_"), CLIP, FRANKFURT);
    expect([stripped.status, regionOf(stripped)]).toEqual([401, "eu"]);
  });

  it("jobs of a key without a home are in the default region; `region` asks another one", async () => {
    const init = by(anywhere, { method: "POST", body: CLIP, cf: FRANKFURT });
    const submitted = await regions.fetch("/v1/jobs?pool=mean", init);
    expect([submitted.status, regionOf(submitted)]).toEqual([202, "us"]);
    const listed = await regions.fetch("/v1/jobs?region=eu", by(anywhere, { cf: FRANKFURT }));
    expect(regionOf(listed)).toBe("eu");
    expect((await listed.json()).jobs).toEqual([]);
    const unknown = await regions.fetch("/v1/jobs?region=mars", by(anywhere));
    expect(unknown.status).toBe(404);
    expect((await problemOf(unknown)).type).toBe("/problems/unknown-region");
  });
});

describe("after a deployment", () => {
  it("a clip warms each region up", async () => {
    const told: string[] = [];
    const target = { url: regions.url, key: anywhere, regions: NAMES };
    await warmUp(target, (line) => told.push(line));
    expect(told.map((line) => line.split(":")[0])).toEqual(NAMES);
    await vi.waitFor(() => {
      for (const name of NAMES) {
        expect(regions.logs()).toContainEqual(
          expect.objectContaining({ path: "/v1/features", region: name, audio_seconds: 5 }),
        );
      }
    }, PATIENCE);
    told.length = 0;
    await warmUp(target, (line) => told.push(line));
    expect(told).toEqual(
      NAMES.map((name) => expect.stringMatching(`^${name}: warm-up: .* \\(warm already\\)$`)),
    );
  });
});

describe("a region that fails", () => {
  it("is left for the nearest, and is returned to", async () => {
    await regions.setDown("eu", true);
    const elsewhere = await send(anywhere, CLIP, FRANKFURT);
    expect([elsewhere.status, regionOf(elsewhere)]).toEqual([200, "us"]);
    expect(elsewhere.headers.get("X-Undertone-Colo")).toBe("FRA");
    await regions.setDown("eu", false);
    await returnTo("eu", "DE");
    expect(regions.logs()).toContainEqual(
      expect.objectContaining({ event: "region-failed", region: "eu", reason: "unreachable" }),
    );
    expectLogStyle(regions.logs());
  });

  it("is left by a body of no stated length, too", async () => {
    await regions.setDown("asia", true);
    const body = new Blob([CLIP]).stream();
    const init = { method: "POST", body, duplex: "half", cf: { country: "SG" } };
    const path = "/v1/features?pool=mean";
    const elsewhere = await regions.fetch(path, by(anywhere, init as PlacedRequest));
    expect([elsewhere.status, regionOf(elsewhere)]).toEqual([200, "eu"]);
    await regions.setDown("asia", false);
    await returnTo("asia", "SG");
  });

  it("fails one request whose body is too long to be held, and the next goes elsewhere", async () => {
    await regions.setDown("asia", true);
    const failed = await send(anywhere, new Uint8Array(2 * 1024 * 1024), { country: "SG" });
    expect(failed.status).toBe(503);
    expect(failed.headers.get("Retry-After")).toBe("1");
    expect(regionOf(failed)).toBe("asia");
    expect((await problemOf(failed)).type).toBe("/problems/region-unavailable");
    await regions.setDown("asia", false);
    await returnTo("asia", "SG");
  });

  it("is one that lacks the model, until it has it", async () => {
    const packs = await regions.bucket("asia", "PACKS");
    const kept = (await packs.get(manifest)) as Uint8Array;
    await packs.delete(manifest);
    const ready = await regions.fetch("/readyz", {}, "asia");
    expect((await problemOf(ready)).checks).toEqual({
      ...{ pack: "no-pack-installed", database: "ok", keys: "ok", files: "ok" },
    });
    const elsewhere = await send(anywhere, CLIP, { country: "SG" });
    expect([elsewhere.status, regionOf(elsewhere)]).toEqual([200, "eu"]);
    const asked = await regions.fetch("/readyz?region=asia");
    expect((await problemOf(asked)).reason).toBe("not-ready");
    await packs.put(manifest, kept);
    await returnTo("asia", "SG");
  });
});

describe("a new version in one region", () => {
  /** The answer's bytes, and the region that computed it by which version. */
  const compute = async (init: PlacedRequest, query = "") => {
    const answer = await regions.fetch(
      `/v1/features?format=npz${query}`,
      by(anywhere, {
        method: "POST",
        body: CLIP,
        ...init,
        headers: { "Cache-Control": "no-store", "Content-Length": String(CLIP.length) },
      }),
    );
    expect(answer.status).toBe(200);
    const bytes = Buffer.from(await answer.arrayBuffer());
    const request_id = answer.headers.get("X-Request-Id");
    const line = await vi.waitFor(() => {
      const found = regions.logs().find((entry) => entry.request_id === request_id);
      expect(found).toBeDefined();
      return found;
    }, PATIENCE);
    return { bytes, region: regionOf(answer), version: line?.version };
  };
  const ofAsia = { region: "asia", version: NEWER.id };
  const ofEurope = { region: "eu", version: DEPLOYED_VERSION };

  it("gives the same bits as the one beside it", async () => {
    const asia = await compute({ cf: { country: "SG" } });
    const eu = await compute({ cf: FRANKFURT });
    expect([asia, eu]).toMatchObject([ofAsia, ofEurope]);
    expect(asia.bytes.length).toBeGreaterThan(1000);
    expect(asia.bytes.equals(eu.bytes)).toBe(true);
    const tried = await compute({ cf: FRANKFURT }, "&region=asia");
    expect(tried).toMatchObject(ofAsia);
    expect(tried.bytes.equals(eu.bytes)).toBe(true);
  });

  it("takes over for the other one, and the other one for it", async () => {
    const before = await compute({ cf: FRANKFURT });
    await regions.setDown("asia", true);
    expect(await compute({ cf: { country: "SG" } })).toEqual(before);
    await regions.setDown("eu", true);
    await regions.setDown("us", true);
    await regions.setDown("asia", false);
    await vi.waitFor(async () => {
      const after = await compute({ cf: FRANKFURT });
      expect(after).toEqual({ ...ofAsia, bytes: before.bytes });
    }, PATIENCE);
    await regions.setDown("eu", false);
    await regions.setDown("us", false);
    await returnTo("eu", "DE");
  });
});

describe("a key that is bound to a region that fails", () => {
  it("gets 503, and nothing of its clip, its result or its key is anywhere else", async () => {
    await regions.setDown("eu", true);
    for (const cf of [FRANKFURT, { country: "US" }]) {
      const refused = await send(bound, EU_CLIP, cf);
      expect(refused.status).toBe(503);
      expect(Number(refused.headers.get("Retry-After"))).toBeGreaterThan(0);
      expect(regionOf(refused)).toBe("eu");
      expect((await problemOf(refused)).type).toBe("/problems/region-unavailable");
    }
    const ofPage = await regions.fetch("/v1/models", by(bound, { headers: { Origin: PAGE } }));
    expect(ofPage.status).toBe(503);
    expect(ofPage.headers.get("Access-Control-Allow-Origin")).toBe(PAGE);
    await regions.setDown("eu", false);

    const init = by(bound, { method: "POST", body: EU_CLIP, cf: { country: "US" } });
    const { id } = await (await regions.fetch("/v1/jobs?pool=mean&format=npy", init)).json();
    await vi.waitFor(async () => {
      const job = await (await regions.fetch(`/v1/jobs/${id}`, by(bound))).json();
      expect(job.status).toBe("done");
    }, PATIENCE);
    // By the link of its webhook, which says where the result is.
    const parts = { database: await regions.database("eu"), now: Date.now };
    const [job] = await readJobs(parts, sql`SELECT * FROM jobs WHERE id = ${id}`);
    const { result } = (await jobWebhookData(job as Job)) as { readonly result: { url: string } };
    const { pathname, search: query } = new URL(result.url);
    const answered = await regions.fetch(`${pathname}${query}`);
    expect([answered.status, regionOf(answered)]).toEqual([200, "eu"]);
    const values = new Uint8Array(await answered.arrayBuffer()).slice(-64);

    for (const name of NAMES) {
      // The clip of a job that has ended is deleted at home, too.
      const found = await search(name, { clip: EU_CLIP_PART, values });
      expect(found, name).toEqual({ clip: false, values: name === "eu" });
    }
    await (await regions.bucket("eu", "AUDIO")).put("a.wav", EU_CLIP);
    expect(await search("eu", { clip: EU_CLIP_PART })).toEqual({ clip: true });
    const [, , keyId = ""] = bound.split("_");
    for (const name of [...NAMES, "shared"]) {
      const rows = await rowsOf(name);
      const isHome = name === "eu";
      expect([rows.includes(keyId), rows.includes(id)], name).toEqual([isHome, isHome]);
    }
  });
});

/** All rows of the service's tables in a database, as text. */
async function rowsOf(region: string): Promise<string> {
  const database = await regions.database(region);
  const tables = await database.all<{ name: string }>(
    sql`SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE '%cf_%'`,
  );
  const rows = tables.map(({ name }) =>
    database.all({ sql: `SELECT * FROM "${name}"`, values: [] }),
  );
  return JSON.stringify(await Promise.all(rows));
}

/** Which of some bytes is in any object of a region's buckets. */
async function search(region: string, sought: Readonly<Record<string, Uint8Array>>) {
  const found = new Set<string>();
  let objects = 0;
  for (const binding of ["PACKS", "FILES", "AUDIO"] as const) {
    const store = await regions.bucket(region, binding);
    for (const key of await store.list("")) {
      objects++;
      const object = Buffer.from((await store.get(key)) as Uint8Array);
      for (const [name, bytes] of Object.entries(sought))
        if (object.includes(Buffer.from(bytes))) found.add(name);
    }
  }
  expect(objects).toBeGreaterThan(0);
  return Object.fromEntries(Object.keys(sought).map((name) => [name, found.has(name)]));
}
