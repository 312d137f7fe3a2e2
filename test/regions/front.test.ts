import { beforeEach, expect, test } from "vitest";
import { createToken } from "../../src/keys/token.ts";
import type { LogEntry } from "../../src/log.ts";
import { createFront } from "../../src/regions/front.ts";
import { REGION_HEADER } from "../../src/regions/health.ts";
import { readRegions } from "../../src/regions/list.ts";
import { createRegionRouter } from "../../src/regions/router.ts";

const LIST = readRegions({
  failover_seconds: 30,
  regions: [
    { name: "us", location: "enam", default: true },
    { name: "eu", location: "weur", countries: ["DE"] },
    { name: "asia", location: "apac" },
  ],
});
const GERMANY = { country: "DE", position: null, continent: null };
const CLIP = new Uint8Array(1000).fill(7);

type Answer = (request: Request) => Response | Promise<Response>;

/** What a region was asked, its body included. */
interface Asked {
  readonly region: string;
  readonly url: string;
  readonly body: Uint8Array;
}

let nowMs: number;
let asked: Asked[];
let logged: LogEntry[];
let answers: Record<string, Answer>;
let answer: ReturnType<typeof createFront>;
beforeEach(() => {
  nowMs = 1e12;
  asked = [];
  logged = [];
  answers = {};
  answer = createFront({
    router: createRegionRouter(LIST, () => nowMs),
    hold: { maxBytes: 2000, maxTotalBytes: 2500 },
    originOf: () => GERMANY,
    async send({ name }, request) {
      const body = new Uint8Array(await request.clone().arrayBuffer());
      asked.push({ region: name, url: request.url, body });
      return (answers[name] ?? well(name))(request);
    },
    rewrite: ({ method, headers, signal }, url, body) =>
      new Request(url, { method, headers, signal, body, duplex: "half" } as RequestInit),
    log: (entry) => logged.push(entry),
  });
});

const well = (name: string) => () => new Response("ok", { headers: { [REGION_HEADER]: name } });
const dead = () => Promise.reject(new Error("the isolate died"));
const problem = (name: string, slug: string, status: number) => () =>
  Response.json(
    { type: `/problems/${slug}`, status },
    { status, headers: { [REGION_HEADER]: name } },
  );

const post = (path = "/v1/features", init: RequestInit = {}) =>
  new Request(`http://localhost${path}`, { method: "POST", body: CLIP, ...init });
const names = () => asked.map(({ region }) => region);

test("the nearest region answers, and no other is asked", async () => {
  const { region, response } = await answer(post());
  expect([region.name, await response.text(), names()]).toEqual(["eu", "ok", ["eu"]]);
});

test.each<[string, string, Answer]>([
  ["dies", "unreachable", dead],
  ["has no model", "no-pack-installed", problem("eu", "no-pack-installed", 503)],
  ["has no database", "storage-unavailable", problem("eu", "storage-unavailable", 503)],
  ["answers without its name", "http-502", () => new Response(null, { status: 502 })],
])("a region that %s is left for the nearest, which gets the whole clip", async (_, reason, eu) => {
  answers = { eu };
  const { region } = await answer(post());
  expect(region.name).toBe("us");
  expect(asked.map((one) => [one.region, one.body])).toEqual([
    ["eu", CLIP],
    ["us", CLIP],
  ]);
  expect(logged).toEqual([{ level: "error", event: "region-failed", region: "eu", reason }]);
  await answer(post());
  expect(names()).toEqual(["eu", "us", "us"]);
  answers = {};
  nowMs += 30_000;
  expect((await answer(post())).region.name).toBe("eu");
});

test.each([
  ["internal", 500],
  ["too-many-requests", 503],
  ["key-invalid", 401],
])(
  "a problem of the request, %s, is answered and says nothing of the region",
  async (slug, status) => {
    answers = { eu: problem("eu", slug, status) };
    const { region, response } = await answer(post());
    expect([region.name, response.status]).toEqual(["eu", status]);
    expect(await response.json()).toMatchObject({ type: `/problems/${slug}` });
    expect([names(), logged]).toEqual([["eu"], []]);
  },
);

test("two regions are asked at most, and the last one's own words are answered", async () => {
  answers = { eu: dead, us: problem("us", "not-ready", 503) };
  const { region, response } = await answer(post());
  expect([region.name, response.status, names()]).toEqual(["us", 503, ["eu", "us"]]);
  answers = { eu: dead, us: dead, asia: dead };
  await expect(answer(post())).rejects.toMatchObject({ slug: "region-unavailable" });
});

test("a clip that is too long to be held is sent once", async () => {
  answers = { eu: dead };
  const long = post("/v1/features", { body: new Uint8Array(2001) });
  await expect(answer(long)).rejects.toMatchObject({
    slug: "region-unavailable",
    extensions: { region: "eu", retryAfterSeconds: 1 },
  });
  expect((await answer(post())).region.name).toBe("us");
  expect(names()).toEqual(["eu", "us"]);
});

test("what a region does with a request goes to it alone, whatever fails", async () => {
  const { token } = await createToken("asia");
  const headers = { Authorization: `Bearer ${token}` };
  expect((await answer(post("/v1/features?region=us", { headers }))).region.name).toBe("asia");
  answers = { asia: problem("asia", "storage-unavailable", 503) };
  for (const count of [1, 2]) {
    await expect(answer(post("/v1/jobs", { headers }))).rejects.toMatchObject({
      slug: "region-unavailable",
      extensions: { region: "asia", reason: "storage-unavailable" },
    });
    expect(names()).toEqual(Array(count + 1).fill("asia"));
  }
});

test.each([
  "/v1/jobs",
  "/v1/jobs/job_1/result?signature=x",
  "/v1/batches/batch_1",
  "/v1/hooks/calls",
  "/v1/webhook-secrets",
  "/v1/speakers",
  "/v1/identifications",
])("%s is asked of the region that has such rows", async (path) => {
  expect((await answer(post(path))).region.name).toBe("us");
  expect(
    (await answer(post(`${path}${path.includes("?") ? "&" : "?"}region=asia`))).region.name,
  ).toBe("asia");
});

test("`region` is for the front alone, but in addresses that others sign", async () => {
  await answer(post("/v1/features?region=asia&pool=mean"));
  await answer(post("/v1/hooks/calls?region=asia"));
  expect(asked.map(({ region, url }) => [region, url])).toEqual([
    ["asia", "http://localhost/v1/features?pool=mean"],
    ["asia", "http://localhost/v1/hooks/calls?region=asia"],
  ]);
});

test("an unknown region is asked nothing", async () => {
  const { token } = await createToken("mars");
  const headers = { Authorization: `Bearer ${token}` };
  for (const request of [post("/v1/features?region=mars"), post("/v1/features", { headers })]) {
    await expect(answer(request)).rejects.toMatchObject({ slug: "unknown-region" });
  }
  expect(asked).toEqual([]);
});

test("a client that leaves says nothing of the region", async () => {
  const leaving = new AbortController();
  answers = {
    eu: async () => {
      leaving.abort();
      throw new Error("aborted");
    },
  };
  await expect(answer(post("/v1/features", { signal: leaving.signal }))).rejects.toThrow("aborted");
  expect([names(), logged]).toEqual([["eu"], []]);
  answers = {};
  expect((await answer(post())).region.name).toBe("eu");
});
