/** `npm run deploy` with the real wrangler, on a stand-in of Cloudflare's API that begins empty. */
import { execFile } from "node:child_process";
import { rmSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, it } from "vitest";
import { buildApiPage } from "../../../scripts/site/api-page.ts";
import { writeStagedConfigs } from "../../../src/cli/deploy/staged-configs.ts";
import { deployWorker } from "../../../src/cli/deploy/steps.ts";
import { configOf } from "../../../src/cli/wrangler/environment.ts";
import { runWrangler } from "../../../src/cli/wrangler/run.ts";
import { isSecretKey } from "../../../src/crypto/secret-box.ts";
import { LATEST_MIGRATION } from "../../../src/database/latest-migration.ts";
import { type RemoteAccount, startRemoteAccount } from "../../support/cli/account/account.ts";

const REPOSITORY = join(import.meta.dirname, "../../..");
/** Each step takes wrangler some seconds to load. */
const PATIENCE_MS = 300_000;

let account: RemoteAccount;
let configPath: string;
let site: string;
beforeAll(async () => {
  site = await mkdtemp(join(tmpdir(), "undertone-site-"));
  await buildApiPage(site);
  account = await startRemoteAccount();
  configPath = configOf({ name: "deploy-test" });
});
afterAll(() => {
  account?.close();
  rmSync(configPath);
  rmSync(site, { recursive: true });
});

async function deploy(variables = account.variables) {
  const told: string[] = [];
  const url = await deployWorker(
    { configPath, location: "weur", site },
    (args) => runWrangler(args, { CI: "true", ...variables }),
    (line) => told.push(line),
  );
  return { told, url };
}

it(
  "makes what is missing, where it was told to, and deploys; repeated, it deploys and makes nothing",
  async () => {
    const { told, url } = await deploy();
    expect(url?.href).toBe("https://undertone-deploy-test.nobody.workers.dev/");
    expect(told.filter((line) => line.endsWith(": made"))).toHaveLength(8);
    expect(told.at(-1)).toContain("starts in 500 ms");
    const named = (...ends: string[]) => new Set(ends.map((end) => `undertone-deploy-test-${end}`));
    expect(new Set(account.buckets.stores.keys())).toEqual(named("packs", "files", "audio"));
    const queues = named("work", "deliveries", "bucket-events", "dead-letters");
    expect(account.queues.names).toEqual(queues);
    expect(account.queues.consumed).toEqual(queues);
    expect(account.databases.all()).toMatchObject([
      { name: "undertone-deploy-test", location: "weur" },
    ]);
    const migrations = account.databases
      .named("undertone-deploy-test")
      .prepare("SELECT name FROM d1_migrations ORDER BY id")
      .all();
    expect(migrations.at(-1)).toEqual({ name: LATEST_MIGRATION });

    const [[, uploaded] = []] = [...account.workers.uploaded];
    expect(uploaded).toMatchObject({
      limits: { cpu_ms: 300_000 },
      placement: { mode: "smart" },
      observability: { enabled: true, traces: { enabled: true } },
      cache_options: { enabled: true, cross_version_cache: true },
      exports: {
        default: { type: "worker", cache: { enabled: false } },
        Blobs: { type: "worker", cache: { enabled: true } },
      },
    });
    const types = Object.fromEntries(
      (uploaded?.bindings ?? []).map(({ name, type }) => [name, type]),
    );
    expect(types).toMatchObject({
      DB: "d1",
      PACKS: "r2_bucket",
      VERSION: "version_metadata",
      SECRETS_KEY: "secret_text",
    });
    const keyOf = () =>
      account.workers.uploaded
        .get("undertone-deploy-test")
        ?.bindings.find(({ name }) => name === "SECRETS_KEY")?.text;
    const key = keyOf();
    expect(isSecretKey(String(key))).toBe(true);
    expect(told.filter((line) => line.includes(String(key)))).toEqual([
      expect.stringMatching(/^SECRETS_KEY: made/),
    ]);

    const assets = Object.keys(account.workers.assets.get("undertone-deploy-test") ?? {});
    expect(assets).toContain("/docs.html");
    expect(assets).toContainEqual(expect.stringMatching(/^\/docs\/scalar-[\d.]+\.js$/));
    expect(assets).not.toContain("/_headers");
    expect(uploaded?.assets?.config?._headers).toMatch(/^\/docs$/m);

    account.changes.length = 0;
    const again = await deploy();
    expect(keyOf()).toBe(key);
    expect(again.told.filter((line) => line.endsWith(": there"))).toHaveLength(9);
    expect(account.changes.filter((change) => !change.includes("/consumers"))).toEqual([
      "POST /workers/scripts/undertone-deploy-test/assets-upload-session",
      "PUT /workers/scripts/undertone-deploy-test",
      "POST /workers/scripts/undertone-deploy-test/subdomain",
      "PUT /workers/scripts/undertone-deploy-test/schedules",
    ]);
  },
  PATIENCE_MS,
);

it(
  "deploys stages before the Worker that binds them, without an address",
  async () => {
    const directory = await mkdtemp(join(tmpdir(), "undertone-stages-"));
    const { front, stages } = await writeStagedConfigs(configPath, 2, directory);
    account.changes.length = 0;
    const wrangler = (args: readonly string[]) =>
      runWrangler(args, { CI: "true", ...account.variables });
    await deployWorker({ configPath: front.configPath, stages }, wrangler, () => {});
    const names = ["undertone-deploy-test-stage-1", "undertone-deploy-test-stage-2"];
    expect(account.changes.filter((change) => change.startsWith("PUT /workers/scripts/"))).toEqual([
      ...names.map((name) => `PUT /workers/scripts/${name}`),
      "PUT /workers/scripts/undertone-deploy-test",
      "PUT /workers/scripts/undertone-deploy-test/schedules",
    ]);
    const bound = account.workers.uploaded.get("undertone-deploy-test")?.bindings ?? [];
    expect(bound.filter(({ type }) => type === "service")).toMatchObject(
      names.map((service) => ({ service, entrypoint: "Stage" })),
    );
    for (const name of names) {
      const types = account.workers.uploaded.get(name)?.bindings.map(({ type }) => type) ?? [];
      expect(types.filter((type) => type !== "plain_text")).toEqual(["r2_bucket"]);
    }
    await rm(directory, { recursive: true });
  },
  PATIENCE_MS,
);

it("changes nothing for somebody who is not logged in", async () => {
  account.changes.length = 0;
  const nobody = { ...account.variables, CLOUDFLARE_API_TOKEN: "", HOME: "/nonexistent" };
  await expect(deploy(nobody)).rejects.toThrow("npx wrangler login");
  expect(account.changes).toEqual([]);
});

it("--dry-run bundles the Worker and says how large it is", async () => {
  const script = join(REPOSITORY, "scripts/deploy.ts");
  const args = [script, "--dry-run", "--env", "deploy-test"];
  const { stdout } = await promisify(execFile)(process.execPath, args, { cwd: REPOSITORY });
  const size = /^wrangler\.deploy-test\.json: ([\d.]+) KiB gzipped; nothing was deployed\.$/m;
  // Cloudflare takes 10 MiB.
  expect(Number(size.exec(stdout)?.[1])).toBeLessThan(5 * 1024);
});
