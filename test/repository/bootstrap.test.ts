import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { cp, mkdir, mkdtemp, readFile, realpath, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

const REPOSITORY = join(import.meta.dirname, "../..");

/** A clone in small: its only dependency is a `node` that lies beside it, so that npm needs no registry. */
let clone: string;
beforeAll(async () => {
  clone = await realpath(await mkdtemp(join(tmpdir(), "undertone-bootstrap-")));
  for (const script of ["bootstrap.mjs", "run-script.mjs", "undertone.mjs"]) {
    await cp(join(REPOSITORY, "scripts", script), join(clone, "scripts", script));
  }
  await writeFile(
    join(clone, "scripts/build-wasm.ts"),
    "const status: number = Number(process.env.BUILD_STATUS ?? 0); console.log('built'); process.exit(status);",
  );
  await mkdir(join(clone, "packaged-node/bin"), { recursive: true });
  await symlink(process.execPath, join(clone, "packaged-node/bin/node"));
  await writeFile(
    join(clone, "packaged-node/package.json"),
    JSON.stringify({ name: "node", version: "24.0.0", bin: { node: "bin/node" } }),
  );
  const { bin, scripts } = JSON.parse(await readFile(join(REPOSITORY, "package.json"), "utf8"));
  await writeFile(
    join(clone, "package.json"),
    JSON.stringify({ name: "undertone", bin, scripts, devDependencies: DEPENDENCIES }),
  );
  await writeLock({});
  await writeFile(
    join(clone, "report.mjs"),
    "console.log(JSON.stringify([process.argv.slice(2), process.env.PATH, process.env.MALLOC_MMAP_THRESHOLD_, process.execArgv]));",
  );
  await writeFile(join(clone, "fail.mjs"), "process.exit(7);");
  await mkdir(join(clone, "src/cli"), { recursive: true });
  await mkdir(join(clone, "docs"));
  await writeFile(
    join(clone, "src/cli/undertone.ts"),
    "const args: string[] = process.argv.slice(2); console.log(JSON.stringify([args, process.cwd(), process.env.MALLOC_MMAP_THRESHOLD_])); if (args[0] === 'wait') setInterval(() => {}, 1000); process.exitCode = 5;",
  );
  await writeFile(
    join(clone, "wait.mjs"),
    "process.on('SIGTERM', () => process.exit(9)); setInterval(() => {}, 1000); console.log('waiting');",
  );
});
afterAll(() => rm(clone, { recursive: true }));

const DEPENDENCIES = { node: "file:packaged-node" };

function writeLock(more: object): Promise<void> {
  const packages = {
    "": { devDependencies: DEPENDENCIES },
    "node_modules/node": { resolved: "packaged-node", link: true },
    "packaged-node": {
      name: "node",
      version: "24.0.0",
      dev: true,
      bin: { node: "bin/node" },
      ...more,
    },
  };
  return writeFile(
    join(clone, "package-lock.json"),
    JSON.stringify({ lockfileVersion: 3, requires: true, packages }),
  );
}

function bootstrap(...args: string[]) {
  return bootstrapWith({}, ...args);
}

function bootstrapWith(environment: NodeJS.ProcessEnv, ...args: string[]) {
  const script = join(clone, "scripts/bootstrap.mjs");
  const env = { ...process.env, ...environment };
  return spawnSync(process.execPath, [script, ...args], { encoding: "utf8", env });
}

describe("the bootstrap", () => {
  it("installs what is missing, once, and keeps standard output for the script", () => {
    const first = bootstrap("report.mjs", "--option", "two words");
    expect(first.stderr).toContain("npm install");
    expect(first.status).toBe(0);
    expect(JSON.parse(first.stdout)[0]).toEqual(["--option", "two words"]);

    expect(bootstrap("report.mjs").stderr).toBe("built\n");
  });

  it("installs again when the lock file lists another version", async () => {
    await writeFile(
      join(clone, "packaged-node/package.json"),
      JSON.stringify({ name: "node", version: "24.0.1", bin: { node: "bin/node" } }),
    );
    await writeLock({ version: "24.0.1" });
    expect(bootstrap("report.mjs").stderr).toContain("npm install");
    expect(bootstrap("report.mjs").stderr).toBe("built\n");
  });

  it("puts the installed programs first on the PATH", () => {
    const [, path] = JSON.parse(bootstrap("report.mjs").stdout);
    expect(path.startsWith(join(clone, "node_modules/.bin"))).toBe(true);
  });

  it("has freed memory given back, unless the environment has its own idea of when", () => {
    expect(JSON.parse(bootstrap("report.mjs").stdout)[2]).toBe("32768");
    const own = bootstrapWith({ MALLOC_MMAP_THRESHOLD_: "65536" }, "report.mjs");
    expect(JSON.parse(own.stdout)[2]).toBe("65536");
  });

  it("gives Node the flags in front of the script", () => {
    const [args, , , flags] = JSON.parse(
      bootstrap("--max-semi-space-size=8", "report.mjs", "--option").stdout,
    );
    expect({ args, flags }).toEqual({ args: ["--option"], flags: ["--max-semi-space-size=8"] });
  });

  it("builds before it runs the script, and builds alone without one", () => {
    expect(bootstrap()).toMatchObject({ status: 0, stdout: "", stderr: "built\n" });
  });

  it("does not run the script when the build fails", () => {
    const failed = { status: 3, stdout: "", stderr: "built\n" };
    expect(bootstrapWith({ BUILD_STATUS: "3" }, "report.mjs")).toMatchObject(failed);
  });

  it("ends with the status of the script", () => {
    expect(bootstrap("fail.mjs").status).toBe(7);
  });

  it("passes a signal on and waits for the script to end", async () => {
    const child = spawn(process.execPath, [join(clone, "scripts/bootstrap.mjs"), "wait.mjs"]);
    await new Promise((resolve) => child.stdout.once("data", resolve));
    child.kill("SIGTERM");
    expect(await statusOf(child)).toBe(9);
  });
});

describe("the undertone command", () => {
  const outcome = (directory: string) => ({
    status: 5,
    stderr: "built\n",
    stdout: `${JSON.stringify([["a b", "--x"], directory, "32768"])}\n`,
  });
  const environment = { ...process.env, npm_config_cache: join(tmpdir(), "undertone-npm-cache") };

  it("runs where the user is, with the memory settings of npm's scripts", () => {
    const cwd = join(clone, "docs");
    const script = join(clone, "scripts/undertone.mjs");
    const result = spawnSync(process.execPath, [script, "a b", "--x"], { encoding: "utf8", cwd });
    expect(result).toMatchObject(outcome(cwd));
  });

  it.each([
    { name: "npx", args: ["exec", "--", "undertone", "a b", "--x"] },
    { name: "npm run -s", args: ["run", "-s", "undertone", "--", "a b", "--x"] },
  ])("does so through $name, which adds nothing to standard output", ({ args }) => {
    const cwd = join(clone, "docs");
    const result = spawnSync("npm", args, { encoding: "utf8", cwd, env: environment });
    expect(result).toMatchObject(outcome(cwd));
  });

  it("ends by the signal that ends it, so that a shell's loop stops", async () => {
    const child = spawn(process.execPath, [join(clone, "scripts/undertone.mjs"), "wait"]);
    await new Promise((resolve) => child.stdout.once("data", resolve));
    child.kill("SIGINT");
    const signal = await new Promise((resolve) => child.on("exit", (_, name) => resolve(name)));
    expect(signal).toBe("SIGINT");
  });
});

describe("a clone that npm cannot install", () => {
  it("is said to be one, with what to do", async () => {
    await writeLock({ version: "24.0.2" });
    await writeFile(join(clone, "package.json"), "{");
    const { status, stderr } = bootstrap("report.mjs");
    expect(status).not.toBe(0);
    expect(stderr).toContain("check that the npm registry can be reached");
  });
});

function statusOf(child: ChildProcess): Promise<number | null> {
  return new Promise((resolve) => child.on("exit", resolve));
}
