/**
 * Runs a script of this repository under the Node that package.json asks for, after installing the dependencies if
 * they are missing or out of date and building the WASM: `node scripts/bootstrap.mjs [<script> [arguments…]]`. It runs on
 * Node 20 itself.
 */
import { spawn } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { delimiter, join } from "node:path";

const REPOSITORY = join(import.meta.dirname, "..");
const MODULES = join(REPOSITORY, "node_modules");
const NODE = join(MODULES, "node", "bin", process.platform === "win32" ? "node.exe" : "node");
const BUILD = join(REPOSITORY, "scripts/build-wasm.ts");
const FORWARDED_SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"];
const ORPHAN_CHECK_MS = 500;

/** Whether what package-lock.json lists is what is installed. */
function isInstalled() {
  const locked = packagesOf(join(REPOSITORY, "package-lock.json"));
  const installed = packagesOf(join(MODULES, ".package-lock.json"));
  return Object.entries(locked)
    .filter(([path, { optional }]) => path !== "" && !optional)
    .every(([path, { version }]) => path in installed && installed[path].version === version);
}

/** The packages of a lock file by path; none if there is no such file. */
function packagesOf(lockFile) {
  return existsSync(lockFile) ? JSON.parse(readFileSync(lockFile, "utf8")).packages : {};
}

/** Runs a program to its end, passing signals on, and resolves to its exit status. */
function run(program, args, options) {
  return new Promise((resolve) => {
    const child = spawn(program, args, { cwd: REPOSITORY, ...options });
    for (const signal of FORWARDED_SIGNALS) process.on(signal, () => child.kill(signal));
    stopWhenOrphaned(child);
    child.on("error", (error) => {
      console.error(`${program} could not be started: ${error.message}`);
      resolve(1);
    });
    child.on("exit", (status, signal) => resolve(signal === null ? status : 1));
  });
}

/** npm dies of a SIGTERM without passing it on: whoever kills `npm start` means the service. */
function stopWhenOrphaned(child) {
  const parent = process.ppid;
  const check = setInterval(
    () => process.ppid !== parent && child.kill("SIGTERM"),
    ORPHAN_CHECK_MS,
  );
  child.on("exit", () => clearInterval(check));
}

/**
 * Installs what package-lock.json lists. npm's output goes to standard error, so that a script's own stays clean. Not
 * `npm ci`: it refuses a lock file written where the registry lacks optional packages of other systems.
 */
async function install() {
  console.error("Installing the dependencies with npm install; this takes a moment, once.");
  const status = await run(
    "npm",
    ["install", "--no-save", "--no-audit", "--no-fund", "--loglevel=error"],
    {
      stdio: ["ignore", process.stderr, process.stderr],
      shell: process.platform === "win32",
    },
  );
  if (status === 0) return;
  console.error(
    "npm install failed, see above: check that the npm registry can be reached, then run this again.",
  );
  process.exit(status);
}

const [script, ...args] = process.argv.slice(2);
if (!isInstalled()) await install();
if (!existsSync(NODE)) {
  console.error(
    `${NODE} is missing: the package "node" puts it there when install scripts may run. Delete node_modules and run "npm install --ignore-scripts=false".`,
  );
  process.exit(1);
}
const env = {
  // Left to itself, glibc keeps what tensors have left behind and cannot use it again: a third of a build's peak.
  MALLOC_MMAP_THRESHOLD_: "131072",
  // Stripping types and compiling is half of what a short command takes.
  NODE_COMPILE_CACHE: join(MODULES, ".cache/undertone"),
  ...process.env,
  PATH: join(MODULES, ".bin") + delimiter + process.env.PATH,
};
const built = await run(NODE, [BUILD], { stdio: ["ignore", process.stderr, process.stderr], env });
process.exitCode =
  built === 0 && script !== undefined
    ? await run(NODE, [script, ...args], { stdio: "inherit", env })
    : built;
