/** Compiles kernels/ (AssemblyScript) to build/kernels/: with relaxed SIMD, and without it for engines that lack it. */
import { createHash } from "node:crypto";
import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";

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

/**
 * Compiles the kernels unless what is there was made of the same sources.
 * @throws Error with the compiler's words.
 */
export async function buildKernels(sourceDirectory: string, outDirectory: string): Promise<void> {
  const stamp = join(outDirectory, "built-from");
  const fingerprint = await fingerprintOf(sourceDirectory);
  if ((await readFile(stamp, "utf8").catch(() => "")) === fingerprint) return;
  await mkdir(outDirectory, { recursive: true });
  // The compiler is large and seldom needed: an up-to-date build does not load it.
  const { default: asc } = await import("assemblyscript/asc");
  for (const { file, options } of VARIANTS) {
    const files = [join(sourceDirectory, "index.ts"), "--outFile", join(outDirectory, file)];
    const { error, stderr } = await asc.main([...files, ...OPTIONS, ...options]);
    if (error !== null) throw new Error(`kernels/ cannot be compiled:\n${stderr.toString()}`);
  }
  await writeFile(stamp, fingerprint);
}

async function fingerprintOf(directory: string): Promise<string> {
  const hash = createHash("sha256").update(JSON.stringify([OPTIONS, VARIANTS]));
  for (const name of (await readdir(directory)).sort()) {
    hash.update(name).update(await readFile(join(directory, name)));
  }
  return hash.digest("hex");
}
