import { type ChildProcess, execFile, spawn } from "node:child_process";
import { cp, mkdtemp, readFile, rm, symlink } from "node:fs/promises";
import { createServer, type Server } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { type CatalogEntry, catalogEntry } from "../../src/cli/hub/catalog.ts";
import { startTinyHub } from "../support/cli/tiny-hub.ts";

const REPOSITORY = join(import.meta.dirname, "../..");
const PARTS = [
  "build",
  "docs",
  "functions",
  "kernels",
  "migrations",
  "scripts",
  "site",
  "src",
  "models",
  "package.json",
  "package-lock.json",
  "wrangler.toml",
];

/** A clone with its dependencies and its WASM, but with no pack built or installed; and a cache of the hub that is empty. */
let clone: string;
beforeAll(async () => {
  clone = await mkdtemp(join(tmpdir(), "undertone-start-"));
  for (const part of PARTS)
    await cp(join(REPOSITORY, part), join(clone, part), { recursive: true });
  await symlink(join(REPOSITORY, "node_modules"), join(clone, "node_modules"));
});
afterEach(async () => {
  for (const made of ["packs", ".wrangler", "hub"]) {
    await rm(join(clone, made), { recursive: true, force: true });
  }
});
afterAll(() => rm(clone, { recursive: true }));

const NO_HUB = "http://127.0.0.1:1";

interface Start {
  readonly child: ChildProcess;
  readonly ended: Promise<number | null>;
  output(): string;
  /** Settles once the output matches, or fails with the output if the command ends first. */
  until(pattern: RegExp): Promise<RegExpMatchArray>;
}

function start(port: string, hub = NO_HUB, variables: NodeJS.ProcessEnv = {}): Start {
  const child = spawn(process.execPath, ["scripts/bootstrap.mjs", "scripts/start.ts"], {
    cwd: clone,
    env: {
      ...process.env,
      PORT: port,
      HF_ENDPOINT: hub,
      HF_HOME: join(clone, "hub"),
      ...variables,
    },
  });
  let output = "";
  child.stdout.on("data", (text) => (output += text));
  child.stderr.on("data", (text) => (output += text));
  const ended = new Promise<number | null>((resolve) => child.on("close", resolve));
  return {
    child,
    ended,
    output: () => output,
    until: (pattern) =>
      new Promise((resolve, reject) => {
        const look = () => {
          const match = output.match(pattern);
          if (match) resolve(match);
        };
        child.stdout.on("data", look);
        child.stderr.on("data", look);
        look();
        void ended.then(() => reject(new Error(output)));
      }),
  };
}

/** What docs/example.wav says; scripts/make-example-clip.sh has the words. */
const SPOKEN = "THREE ONE FOUR ONE FIVE NINE";

async function run(command: string): Promise<string> {
  const { stdout } = await promisify(execFile)("sh", ["-c", command], { cwd: clone });
  return stdout;
}

describe("npm start", () => {
  it("without a hub serves the trained model that comes with the code, prints curl lines that work, and stops when told", async () => {
    const service = start(await freePort());
    try {
      const [, words = ""] = await service.until(/^ {2}(curl .*transcriptions.*)$/m);
      const [, features = ""] = await service.until(/^ {2}(curl .*features.*)$/m);
      await service.until(/Ctrl-C/);
      expect(service.output()).not.toMatch(/SYNTHETIC/);
      expect(JSON.parse(await run(words))).toMatchObject({
        model: { id: "spoken-words-q8", weights: "checkpoint" },
        text: SPOKEN,
      });
      expect(JSON.parse(await run(features))).toMatchObject({
        model: { id: "spoken-words-q8" },
        layers: [{ name: "hidden_states.6", shape: [128] }],
      });

      await service.until(/127\.0\.0\.1:1 cannot be reached/);
      await service.until(/npx undertone pack install microsoft\/wavlm-base-plus --default/);
      expect(service.output()).toMatch(/npx undertone pack install synthetic:base-plus/);
      expect(service.output()).toMatch(/It is OPEN/);
      const [, origin = ""] = service.output().match(/listens on (\S+)/) ?? [];
      expect(await (await fetch(`${origin}/docs`)).text()).toContain(
        "<title>Undertone API</title>",
      );
      const clip = await readFile(join(clone, "docs/example.wav"));
      const submitted = await fetch(`${origin}/v1/jobs?pool=mean`, { method: "POST", body: clip });
      const { id } = await submitted.json();
      await expect
        .poll(async () => (await (await fetch(`${origin}/v1/jobs/${id}`)).json()).status, {
          timeout: 30_000,
        })
        .toBe("done");
    } finally {
      service.child.kill("SIGTERM");
    }
    expect(await service.ended).toBe(0);
    const [, url = ""] = service.output().match(/listens on (\S+)/) ?? [];
    await expect(fetch(url)).rejects.toThrow();
  }, 180_000);

  it("with a hub installs the real base-plus beside it, of the pinned revision, and makes it the default", async () => {
    const { id, revision } = catalogEntry("microsoft/wavlm-base-plus") as CatalogEntry;
    const hub = await startTinyHub({ id, commit: revision ?? "" });
    const service = start(await freePort(), hub.endpoint);
    try {
      const [, words = ""] = await service.until(/^ {2}(curl .*transcriptions.*)$/m);
      const [, features = ""] = await service.until(/^ {2}(curl .*features.*)$/m);
      await service.until(/wavlm-base-plus-q8 is the default model now/);
      expect(JSON.parse(await run(features))).toMatchObject({
        model: { id: "wavlm-base-plus-q8", weights: "checkpoint" },
      });
      const [, first = ""] = service.output().match(/with the model (\S+)\./) ?? [];
      expect(first).toBe("spoken-words-q8");
      const spoken = words.replace("transcriptions", `transcriptions?model=${first}`);
      expect(JSON.parse(await run(spoken))).toMatchObject({ text: SPOKEN });
    } finally {
      service.child.kill("SIGTERM");
    }
    expect(await service.ended).toBe(0);
  });

  it("that is told to ask no hub looks into the cache, and says nothing against what it was told", async () => {
    const service = start(await freePort(), NO_HUB, { HF_HUB_OFFLINE: "1" });
    await service.until(/Looking for .*HF_HUB_OFFLINE is set, so nothing is downloaded\./);
    await service.until(/spoken-words-q8 stays the default model/);
    service.child.kill("SIGTERM");
    expect(await service.ended).toBe(0);
  });

  it("says what to do when its port is taken", async () => {
    const other = await listen();
    const port = portOf(other);
    const service = start(port);
    expect(await service.ended).toBe(1);
    expect(service.output()).toBe(
      `Port ${port} is taken: stop what listens there, or start on another port with PORT=${Number(port) + 1} npm start.\n`,
    );
    await new Promise((resolve) => other.close(resolve));
  });

  it.each(["http", "0", "70000", "80.5"])("refuses %s as a port", async (port) => {
    const service = start(port);
    expect(await service.ended).toBe(1);
    expect(service.output()).toContain("PORT must be a port number");
  });
});

function listen(): Promise<Server> {
  const server = createServer();
  return new Promise((resolve) => server.listen(0, "localhost", () => resolve(server)));
}

function portOf(server: Server): string {
  const address = server.address();
  return String(typeof address === "object" ? address?.port : address);
}

async function freePort(): Promise<string> {
  const server = await listen();
  const port = portOf(server);
  await new Promise((resolve) => server.close(resolve));
  return port;
}
