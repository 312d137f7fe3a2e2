import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  type StagedDeployment,
  writeStagedConfigs,
} from "../../../src/cli/deploy/staged-configs.ts";
import { runWrangler } from "../../../src/cli/wrangler/run.ts";

const REPOSITORY = join(import.meta.dirname, "../../..");
const CONFIG = join(REPOSITORY, "wrangler.toml");
const WRANGLER_TIMEOUT_MS = 180_000;

let directory: string;
let deployment: StagedDeployment;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "undertone-deploy-"));
  deployment = await writeStagedConfigs(CONFIG, 3, directory);
});
afterAll(() => rm(directory, { recursive: true }));

const configOf = async (path: string) => JSON.parse(await readFile(path, "utf8"));

/** The files that wrangler would upload of a Worker, and its main module. */
async function bundleOf(configPath: string) {
  const folder = await mkdtemp(join(directory, "bundle-"));
  const args = ["deploy", "--dry-run", "--config", configPath, "--outdir", folder];
  const { status, output } = await runWrangler(args);
  expect(status, output).toBe(0);
  const files = await readdir(folder);
  const main = files.find((name) => name.endsWith(".js")) as string;
  return { files, main: await readFile(join(folder, main), "utf8") };
}

describe("the configurations of a deployment with stages", () => {
  it("bind every stage to the Worker in front, in their order", async () => {
    const { services, main, r2_buckets, triggers, queues } = await configOf(
      deployment.front.configPath,
    );
    expect(services).toEqual(
      [1, 2, 3].map((stage) => ({
        binding: `STAGE_${stage}`,
        service: `undertone-stage-${stage}`,
        entrypoint: "Stage",
      })),
    );
    expect(main).toMatch(/functions\/front\.ts$/);
    expect(r2_buckets).toHaveLength(3);
    expect(queues.consumers.length).toBeGreaterThan(0);
    expect(triggers.crons).toHaveLength(1);
  });

  it("give a stage no address and nothing but the packs", async () => {
    const digests = new Set([(await configOf(deployment.front.configPath)).vars.ENGINE_DIGEST]);
    for (const [index, { name, configPath }] of deployment.stages.entries()) {
      const config = await configOf(configPath);
      expect(config).toMatchObject({
        name,
        workers_dev: false,
        preview_urls: false,
        r2_buckets: [{ binding: "PACKS", bucket_name: "undertone-packs" }],
        vars: { STAGE: String(index + 1), STAGES: "3", MEMORY_BUDGET_MB: "112" },
        limits: { cpu_ms: 300_000 },
        cache: { enabled: true, cross_version_cache: true },
        exports: {
          default: { cache: { enabled: false } },
          Stage: { cache: { enabled: false } },
          Blobs: { cache: { enabled: true } },
        },
      });
      for (const field of [
        "routes",
        "d1_databases",
        "queues",
        "triggers",
        "ratelimits",
        "services",
      ]) {
        expect(config, field).not.toHaveProperty(field);
      }
      digests.add(config.vars.ENGINE_DIGEST);
    }
    expect([...digests]).toEqual([expect.stringMatching(/^[0-9a-f]{64}$/)]);
  });
});

describe("npm run deploy with stages", () => {
  it("bundles no engine into the Worker in front, and no service into a stage", {
    timeout: WRANGLER_TIMEOUT_MS,
  }, async () => {
    const front = await bundleOf(deployment.front.configPath);
    const stage = await bundleOf((deployment.stages[0] as { configPath: string }).configPath);
    const isEngine = (name: string) => /onnxruntime|relaxed-simd/.test(name);
    expect(stage.files.filter(isEngine)).toHaveLength(2);
    expect(front.files.filter(isEngine)).toEqual([]);
    // A stage decodes nothing and has no route.
    expect(front.files.some((name) => name.endsWith("-opus.wasm"))).toBe(true);
    expect(stage.files.some((name) => name.endsWith("-opus.wasm"))).toBe(false);
    expect(front.main).toContain("function createApp(");
    expect(stage.main).not.toContain("function createApp(");
  });

  it("says with --dry-run what each Worker takes, the stages first", {
    timeout: WRANGLER_TIMEOUT_MS,
  }, async () => {
    const { status, stdout, stderr } = await deploy("--stages", "2", "--dry-run");
    expect(status, stderr).toBe(0);
    const sizes = stdout.matchAll(/^build\/stages\/(\S+)\.json: ([\d.]+) KiB gzipped/gm);
    const gzipKib = Object.fromEntries(Array.from(sizes, ([, name, size]) => [name, Number(size)]));
    expect(Object.keys(gzipKib)).toEqual(["undertone-stage-1", "undertone-stage-2", "undertone"]);
    // Without an engine.
    expect(gzipKib.undertone).toBeLessThan(gzipKib["undertone-stage-1"] as number);
  });

  it.each(["0", "25", "-1", "2.5", "two"])("refuses --stages %s", async (stages) => {
    const { status, stderr } = await deploy(`--stages=${stages}`, "--dry-run");
    expect(status).toBe(1);
    expect(stderr).toContain("A deployment has 1 to 24 stages");
  });
});

/** Runs `npm run deploy` with these options. */
async function deploy(...options: string[]) {
  const script = join(REPOSITORY, "scripts/deploy.ts");
  const child = spawn(process.execPath, [script, ...options], { cwd: REPOSITORY });
  const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr)]);
  return { status: child.exitCode ?? (await once(child, "exit"))[0], stdout, stderr };
}
