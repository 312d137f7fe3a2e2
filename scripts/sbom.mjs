/**
 * Prints a software bill of materials of what package-lock.json has installed for production, as CycloneDX JSON. It runs on
 * Node 20 and needs nothing installed. The options of `npm sbom` may follow, such as `--sbom-format spdx`.
 */
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const REPOSITORY = fileURLToPath(new URL("..", import.meta.url));
const readJson = (file) => JSON.parse(readFileSync(join(REPOSITORY, file), "utf8"));

const { devDependencies: _tools, ...manifest } = readJson("package.json");
const lock = readJson("package-lock.json");
const packages = Object.entries(lock.packages)
  .filter(([, entry]) => !entry.dev && !entry.link)
  .map(([path, { devDependencies: _unused, ...entry }]) => [path, entry]);

const folder = mkdtempSync(join(tmpdir(), "undertone-sbom-"));
try {
  // npm names the whole after its folder, and `--omit dev` would leave out packages that tools need as well.
  const project = join(folder, manifest.name);
  mkdirSync(project);
  const write = (file, value) => writeFileSync(join(project, file), JSON.stringify(value));
  write("package.json", manifest);
  write("package-lock.json", { ...lock, packages: Object.fromEntries(packages) });
  const options = ["--package-lock-only", "--sbom-format", "cyclonedx", "--sbom-type"];
  const { status, error } = spawnSync(
    "npm",
    ["sbom", ...options, "application", ...process.argv.slice(2)],
    { cwd: project, stdio: "inherit", shell: process.platform === "win32" },
  );
  if (error) console.error(`npm could not be started: ${error.message}`);
  process.exitCode = status ?? 1;
} finally {
  rmSync(folder, { recursive: true });
}
