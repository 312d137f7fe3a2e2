/** Compiles kernels/ (AssemblyScript) to build/kernels/: with relaxed SIMD, and without it for engines that lack it. */
import { createHash } from "node:crypto";
import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import asc from "assemblyscript/asc";

const ROOT = join(import.meta.dirname, "../..");
const SOURCES = join(ROOT, "kernels");
const TARGET = join(ROOT, "build", "kernels");

const VARIANTS = [
  { file: "relaxed-simd.wasm", options: ["--enable", "relaxed-simd"] },
  { file: "simd.wasm", options: [] },
];

/** The heap is onnxruntime's: shared, and as large as it may become. */
const OPTIONS = [
  ["--enable", "simd", "--enable", "threads"],
  ["--importMemory", "--sharedMemory", "--noExportMemory"],
  ["--initialMemory", "1", "--maximumMemory", "65536"],
  ["-O3", "--runtime", "stub", "--noAssert", "--disableWarning", "112"],
].flat();

/** Compiles whatever is older than its sources; throws with the compiler's words. */
export async function buildKernels(): Promise<void> {
  const stamp = join(TARGET, "built-from");
  const fingerprint = await fingerprintOf(SOURCES);
  if ((await readFile(stamp, "utf8").catch(() => "")) === fingerprint) return;
  await mkdir(TARGET, { recursive: true });
  for (const { file, options } of VARIANTS) await compile(file, options);
  await writeFile(stamp, fingerprint);
}

async function compile(file: string, options: readonly string[]): Promise<void> {
  const entry = join(SOURCES, "index.ts");
  const { error, stderr } = await asc.main([
    entry,
    "--outFile",
    join(TARGET, file),
    ...OPTIONS,
    ...options,
  ]);
  if (error !== null) throw new Error(`kernels/ cannot be compiled:\n${stderr.toString()}`);
}

async function fingerprintOf(directory: string): Promise<string> {
  const hash = createHash("sha256").update(JSON.stringify([OPTIONS, VARIANTS]));
  for (const name of (await readdir(directory)).sort()) {
    hash.update(name).update(await readFile(join(directory, name)));
  }
  return hash.digest("hex");
}

if (import.meta.main) await buildKernels();
