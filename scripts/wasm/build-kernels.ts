/** Compiles kernels/ (AssemblyScript) to build/kernels/: with relaxed SIMD, and without it for engines that lack it. */
import { createHash } from "node:crypto";
import { mkdir, readdir, readFile, rename, writeFile } from "node:fs/promises";
import { join, sep } from "node:path";

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
  // Every file right in kernels/ is a kernel: what it exports, the WASM exports. Pointers are addresses in onnxruntime's heap.
  const entries = (await sourcesOf(sourceDirectory))
    .filter((name) => !name.includes(sep))
    .map((name) => join(sourceDirectory, name));
  for (const { file, options } of VARIANTS) {
    // Renamed when it is whole: a build that runs beside it never reads half a file, nor does it write through a hard link.
    const unfinished = join(outDirectory, `${file}.${process.pid}`);
    const outFile = ["--outFile", unfinished];
    const { error, stderr } = await asc.main([...entries, ...outFile, ...OPTIONS, ...options]);
    if (error !== null) throw new Error(`kernels/ cannot be compiled:\n${stderr.toString()}`);
    await rename(unfinished, join(outDirectory, file));
  }
  await writeFile(`${stamp}.${process.pid}`, fingerprint);
  await rename(`${stamp}.${process.pid}`, stamp);
}

async function fingerprintOf(directory: string): Promise<string> {
  const hash = createHash("sha256").update(JSON.stringify([OPTIONS, VARIANTS]));
  for (const name of await sourcesOf(directory)) {
    hash.update(name).update(await readFile(join(directory, name)));
  }
  return hash.digest("hex");
}

/** The .ts files of a folder and those below it, in order. */
async function sourcesOf(directory: string): Promise<string[]> {
  const names = await readdir(directory, { recursive: true });
  return names.filter((name) => name.endsWith(".ts")).sort();
}
