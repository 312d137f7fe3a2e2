import { execFile } from "node:child_process";
import { cp, mkdtemp, readdir, readFile, rm, stat, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, test } from "vitest";
import { wranglerCommand } from "../../../src/cli/wrangler/run.ts";
import { readClip } from "../../../support/decoding/fixtures.ts";
import { bootDecoding } from "../../support/runtimes/decoding.ts";

const REPOSITORY = join(import.meta.dirname, "../../..");
const PARTS = [
  "functions",
  "kernels",
  "scripts",
  "site",
  "src",
  "support",
  "test/support/runtimes",
];
const FILES = ["package.json", "package-lock.json", "wrangler.toml"];

/** A clone whose build contains Opus and nothing else, as `wrangler deploy` bundles it. */
let clone: string;
let bundled: string;
beforeAll(async () => {
  clone = await mkdtemp(join(tmpdir(), "undertone-left-out-"));
  for (const part of [...PARTS, ...FILES]) {
    await cp(join(REPOSITORY, part), join(clone, part), { recursive: true });
  }
  await symlink(join(REPOSITORY, "node_modules"), join(clone, "node_modules"));
  bundled = join(clone, "bundled");
  const args = [wranglerCommand(), "deploy", "--dry-run", "--metafile", "--outdir", bundled];
  await promisify(execFile)(process.execPath, args, {
    cwd: clone,
    env: { ...process.env, UNDERTONE_CODECS: "opus", WRANGLER_SEND_METRICS: "false" },
  });
});
afterAll(() => rm(clone, { recursive: true }));

test("wrangler deploy bundles the codecs that UNDERTONE_CODECS names", async () => {
  const files = await readdir(bundled);
  const bytesOf = async (codec: string) => {
    const file = files.find((name) => name.endsWith(`-${codec}.wasm`)) as string;
    return (await stat(join(bundled, file))).size;
  };
  expect(await bytesOf("opus")).toBeGreaterThan(100_000);
  for (const codec of ["amr", "flac", "mpg123", "vorbis"]) {
    expect(await bytesOf(codec), codec).toBe(8);
  }
});

test("docs/licences.md lists every package that is bundled, under its licence", async () => {
  const document = await readFile(join(REPOSITORY, "docs/licences.md"), "utf8");
  const packages = await bundledPackages();
  expect(packages).toContain("hono");
  for (const name of packages) {
    const manifest = await readFile(join(REPOSITORY, "node_modules", name, "package.json"), "utf8");
    const { license } = JSON.parse(manifest) as { license: string };
    expect(document).toMatch(new RegExp(`^\\| \`${name}\` +\\| ${license} +\\|$`, "m"));
  }
});

/** The packages of which JavaScript got into the bundle. */
async function bundledPackages(): Promise<string[]> {
  const text = await readFile(join(bundled, "bundle-meta.json"), "utf8");
  const { outputs } = JSON.parse(text) as {
    outputs: Record<string, { inputs: Record<string, { bytesInOutput: number }> }>;
  };
  const inputs = Object.values(outputs).flatMap(({ inputs }) => Object.entries(inputs));
  const names = inputs.flatMap(([file, { bytesInOutput }]) => {
    const name = /.*node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(file)?.[1];
    return name === undefined || bytesInOutput === 0 ? [] : [name];
  });
  return [...new Set(names)];
}

test("workerd decodes with a codec that the build contains, and names one that it leaves out", async () => {
  const worker = await bootDecoding(clone);
  try {
    const { channels } = await worker.decode(readClip("ogg/opus-48000-2.opus"));
    expect(channels[0]?.length).toBe(52_800);
    for (const [file, name] of [
      ["ogg/vorbis-44100-2.ogg", "Vorbis"],
      ["amr/amr-nb-12k2.amr", "AMR"],
      ["mp3/cbr-44100-2.mp3", "MP3"],
    ] as const) {
      const sentence = `The clip is ${name}, whose decoder this build of the service leaves out`;
      await expect(worker.decode(readClip(file))).rejects.toThrow(sentence);
    }
  } finally {
    await worker.stop();
  }
});
