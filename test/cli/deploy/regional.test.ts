import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  configOfFlags,
  type RegionalDeployment,
  readRegionFile,
  regionNamed,
  writeRegionConfigs,
} from "../../../src/cli/deploy/region-configs.ts";
import { addressOfFront, askRegions, defaultFirst } from "../../../src/cli/deploy/regional.ts";
import { resourcesOf } from "../../../src/cli/deploy/steps.ts";
import { readRegions } from "../../../src/regions/list.ts";

const CONFIG = join(import.meta.dirname, "../../../wrangler.toml");
const LIST = readRegions({
  regions: [
    { name: "eu", location: "weur", jurisdiction: "eu", placement: "aws:eu-central-1", stages: 2 },
    { name: "us", location: "enam", default: true },
  ],
});

let directory: string;
let deployment: RegionalDeployment;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "undertone-regional-"));
  deployment = await writeRegionConfigs(CONFIG, LIST, directory);
});
afterAll(() => rm(directory, { recursive: true }));

const configOf = async (path: string) => JSON.parse(await readFile(path, "utf8"));
const configOfRegion = (name: string) => {
  const workers = deployment.regions.find(({ region }) => region.name === name);
  return configOf(workers?.front.configPath ?? "");
};

describe("one region of a deployment", () => {
  it("is found by its name, with its stages", () => {
    const { front, stages } = regionNamed(deployment.regions, "eu");
    expect(front.configPath).toMatch(/undertone-eu\.json$/);
    expect(stages).toHaveLength(2);
  });

  it("that the list does not have is refused with those that it has", () => {
    expect(() => regionNamed(deployment.regions, "mars")).toThrow("it has eu, us");
  });
});

describe("the configurations of a deployment in regions", () => {
  it("bind every region to the Worker in front, which has no storage", async () => {
    const front = await configOf(deployment.front.configPath);
    expect(front).toMatchObject({
      name: "undertone",
      services: [
        { binding: "REGION_EU", service: "undertone-eu" },
        { binding: "REGION_US", service: "undertone-us" },
      ],
      triggers: { crons: [] },
    });
    expect(readRegions(JSON.parse(front.vars.REGIONS))).toEqual(LIST);
    expect(Object.values(front).flat()).not.toContainEqual(
      expect.objectContaining({ binding: expect.stringMatching(/^(PACKS|DB|WORK)$/) }),
    );
  });

  it("give a region resources of its own, in its jurisdiction, and the keys that all take", async () => {
    const eu = await configOfRegion("eu");
    expect(eu).toMatchObject({
      name: "undertone-eu",
      workers_dev: false,
      preview_urls: false,
      placement: { region: "aws:eu-central-1" },
      vars: { REGION: "eu", REGION_IN_LINKS: "1", JURISDICTION: "eu", STAGES: "2" },
    });
    const buckets = eu.r2_buckets as { bucket_name: string; jurisdiction?: string }[];
    expect(buckets.map(({ bucket_name, jurisdiction }) => [bucket_name, jurisdiction])).toEqual(
      ["packs", "files", "audio"].map((name) => [`undertone-eu-${name}`, "eu"]),
    );
    expect(eu.d1_databases).toMatchObject([
      { binding: "DB", database_name: "undertone-eu", jurisdiction: "eu" },
      { binding: "KEYS", database_name: "undertone" },
    ]);
    expect(eu.d1_databases[1]).not.toHaveProperty("jurisdiction");
    expect(eu.triggers.crons).toHaveLength(1);
    const us = await configOfRegion("us");
    expect(us.r2_buckets[0]).toMatchObject({ bucket_name: "undertone-us-packs" });
    expect(us.r2_buckets[0]).not.toHaveProperty("jurisdiction");
    expect(us.vars).toMatchObject({ REGION: "us", JURISDICTION: "" });
    const queues = ({ queues }: { queues: { consumers: { queue: string }[] } }) =>
      queues.consumers.map(({ queue }) => queue);
    expect(new Set([...queues(eu), ...queues(us)]).size).toBe(8);
  });

  it("keep stages of a region beside it, with its packs", async () => {
    const eu = deployment.regions.find(({ region }) => region.name === "eu");
    expect(eu?.stages.map(({ name }) => name)).toEqual([
      "undertone-eu-stage-1",
      "undertone-eu-stage-2",
    ]);
    for (const { configPath } of eu?.stages ?? []) {
      expect(await configOf(configPath)).toMatchObject({
        placement: { region: "aws:eu-central-1" },
        r2_buckets: [{ bucket_name: "undertone-eu-packs", jurisdiction: "eu" }],
        vars: { REGION: "eu" },
      });
    }
  });

  it("have their resources made in the jurisdiction, else at the location", async () => {
    const created = resourcesOf(await configOfRegion("eu"), "weur").map(({ create }) =>
      create.join(" "),
    );
    for (const name of ["r2 bucket create undertone-eu-files", "d1 create undertone-eu"]) {
      expect(created).toContain(`${name} --jurisdiction eu --no-update-config`);
    }
    expect(created).toContain("d1 create undertone --location weur --no-update-config");
  });

  it("are deployed with the default region first, which the shared database is made for", () => {
    expect(defaultFirst(deployment.regions).map(({ region }) => region.name)).toEqual(["us", "eu"]);
  });
});

describe("the region of a command", () => {
  it("has its own configuration", async () => {
    const path = await configOfFlags({ region: "eu" });
    expect(await configOf(path)).toMatchObject({ name: "undertone-eu", vars: { REGION: "eu" } });
  });

  it("has to be one of the list", async () => {
    const error = {
      slug: "unknown-region",
      message: expect.stringContaining("it has us, eu, asia"),
    };
    await expect(configOfFlags({ region: "mars" })).rejects.toMatchObject(error);
  });

  it("is read of a file that has to be JSON", async () => {
    const missing = readRegionFile(join(directory, "missing.json"));
    await expect(missing).rejects.toMatchObject({ slug: "invalid-option" });
    await expect(readRegionFile(CONFIG)).rejects.toThrow("docs/regions.md");
  });
});

describe("the address of a deployment", () => {
  it("is that of its domain; without one it is not known", async () => {
    expect(await addressOfFront(deployment)).toBeNull();
    const path = join(directory, "at-domain.json");
    const vars = { PUBLIC_ORIGIN: "https://undertone.example.com" };
    await writeFile(path, JSON.stringify({ vars }));
    const front = { name: "undertone", configPath: path };
    expect((await addressOfFront({ front }))?.href).toBe("https://undertone.example.com/");
  });
});

describe("a deployment is asked whether its regions are ready", () => {
  let server: Server;
  let url: URL;
  beforeAll(async () => {
    server = createServer((request, response) => {
      const isUs = request.url === "/readyz?region=us";
      response
        .writeHead(isUs ? 200 : 503)
        .end(isUs ? "{}" : '{"checks":{"pack":"no-pack-installed"}}');
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    url = new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
  });
  afterAll(() => server.close());

  it("and says which is not", async () => {
    const told: string[] = [];
    expect(await askRegions(deployment, url, (line) => told.push(line))).toBe(false);
    expect(told).toEqual(['eu: {"checks":{"pack":"no-pack-installed"}}', "us: ready"]);
    const us = { regions: defaultFirst(deployment.regions).slice(0, 1) };
    expect(await askRegions(us, url, () => {})).toBe(true);
  });

  it("and says which is not reached", async () => {
    const told: string[] = [];
    const nowhere = new URL("http://127.0.0.1:9/");
    expect(await askRegions(deployment, nowhere, (line) => told.push(line))).toBe(false);
    expect(told[0]).toMatch(/^eu: not reached/);
  });
});
