/**
 * Running a script of this repository under the Node that package.json asks for, once the dependencies are installed and
 * the WASM is built. It runs on Node 20 itself.
 */
import { spawn } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { constants } from "node:os";
import { delimiter, join, resolve as resolvePath } from "node:path";
import { fileURLToPath } from "node:url";

const REPOSITORY = fileURLToPath(new URL("..", import.meta.url));
const MODULES = join(REPOSITORY, "node_modules");
const NODE = join(MODULES, "node", "bin", process.platform === "win32" ? "node.exe" : "node");
const BUILD = join(REPOSITORY, "scripts/build-wasm.ts");
const FORWARDED_SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"];
const ORPHAN_CHECK_MS = 500;

/**
 * Installs what is missing or out of date, builds what is out of date, and runs `script`, a path from the repository's
 * root; without one nothing is run. Sets the exit status of this process to that of whatever came last, or ends it by the
 * signal that ended the script.
 * @param options `directory` is what relative paths among `args` are relative to; `flags` are Node's, for the script.
 */
export async function runScript(script, args, { directory = REPOSITORY, flags = [] } = {}) {
  if (!isInstalled()) await install();
  requireNode();
  const env = {
    // Left to itself, glibc keeps what tensors and bodies have left behind and cannot use it again: a third of a build's
    // peak, and of what a server under load holds. Half of a piece of a body (audio/bytes/source.ts) is below all large ones.
    MALLOC_MMAP_THRESHOLD_: "32768",
    // Stripping types and compiling is half of what a short command takes.
    NODE_COMPILE_CACHE: join(MODULES, ".cache/undertone"),
    ...process.env,
    PATH: join(MODULES, ".bin") + delimiter + process.env.PATH,
  };
  const built = await run(NODE, [BUILD], { stdio: STDERR_ONLY, env });
  const isDone = script === undefined || built.status !== 0;
  const last = isDone
    ? built
    : await run(NODE, [...flags, resolvePath(REPOSITORY, script), ...args], {
        stdio: "inherit",
        env,
        cwd: directory,
      });
  endLike(last);
}

/** npm's and the build's output goes to standard error, so that a script's own stays clean. */
const STDERR_ONLY = ["ignore", process.stderr, process.stderr];

/** True if the installed packages are those of package-lock.json. */
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

/** Installs what package-lock.json lists. Not `npm ci`: it refuses a lock file written where the registry lacks optional packages of other systems. */
async function install() {
  console.error("Installing the dependencies with npm install; this takes a moment, once.");
  const { status } = await run(
    "npm",
    ["install", "--no-save", "--no-audit", "--no-fund", "--loglevel=error"],
    { stdio: STDERR_ONLY, shell: process.platform === "win32" },
  );
  if (status === 0) return;
  console.error(
    "npm install failed, see above: check that the npm registry can be reached, then run this again.",
  );
  process.exit(status);
}

function requireNode() {
  if (existsSync(NODE)) return;
  console.error(
    `${NODE} is missing: the package "node" puts it there when install scripts may run. Delete node_modules and run "npm install --ignore-scripts=false".`,
  );
  process.exit(1);
}

/** Runs a program to its end, passing signals on; gives its exit status, as a shell would, and the signal that ended it, if one did. */
function run(program, args, options) {
  return new Promise((resolve) => {
    const child = spawn(program, args, { cwd: REPOSITORY, ...options });
    const forward = (signal) => child.kill(signal);
    for (const signal of FORWARDED_SIGNALS) process.on(signal, forward);
    const end = (status, signal) => {
      for (const forwarded of FORWARDED_SIGNALS) process.off(forwarded, forward);
      resolve({ status: status ?? 128 + constants.signals[signal], signal });
    };
    if (isRunByNpm()) stopWhenOrphaned(child);
    child.on("error", (error) => {
      console.error(`${program} could not be started: ${error.message}`);
      end(1, null);
    });
    child.on("exit", end);
  });
}

function isRunByNpm() {
  return process.env.npm_lifecycle_event !== undefined;
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

/** A shell's loop goes on after a program that ended by itself, and stops after one that Ctrl-C ended. */
function endLike({ status, signal }) {
  process.exitCode = status;
  if (FORWARDED_SIGNALS.includes(signal)) process.kill(process.pid, signal);
  else if (signal !== null) console.error(`The command was ended by ${signal}.`);
}
