/** The build step that takes the codecs' WASM out of installed packages, each checked to be the one that was tested. */
import { createHash, randomUUID } from "node:crypto";
import { mkdir, readFile, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { CODEC_NAMES, type CodecName } from "../../src/audio/codecs/wasm/modules.ts";
import { CODEC_PACKAGES, type CodecPackage, type PinnedWasm } from "./codec-packages.ts";
import { compiledWasm } from "./compiled-wasm.ts";
import { withInitialPages } from "./initial-pages.ts";

/** Codecs to extract, source and target directories. */
export interface ExtractOptions {
  /** The codecs that the build contains; a file for each other one holds an empty module. */
  readonly codecs: readonly CodecName[];
  readonly outDirectory: string;
  readonly modulesDirectory: string;
  readonly packages?: Readonly<Record<CodecName, CodecPackage>>;
}

/** The least valid WebAssembly binary: magic number and version, nothing else. It stands for a codec that is left out. */
const EMPTY_MODULE = Uint8Array.of(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0);

/** Room for every codec's static data and stack; they ask for more. */
const INITIAL_PAGES = 4;

/**
 * Writes `<codec>.wasm` into the output directory for every codec there is, unless it lies there already.
 * @throws Error with a sentence for whoever builds, if a package does not hold what was tested.
 */
export async function extractCodecs(options: ExtractOptions): Promise<void> {
  await mkdir(options.outDirectory, { recursive: true });
  for (const codec of CODEC_NAMES) {
    const file = join(options.outDirectory, `${codec}.wasm`);
    if (!options.codecs.includes(codec)) {
      await writeUnlessPresent(file, sha256(EMPTY_MODULE), async () => EMPTY_MODULE);
      continue;
    }
    const from = (options.packages ?? CODEC_PACKAGES)[codec];
    const version = await installedVersion(from.name, options.modulesDirectory);
    const expected = from.versions[version];
    if (expected === undefined) throw untestedVersion(from, version);
    await writeUnlessPresent(file, expected.builtSha256, async () =>
      withInitialPages(await extract(from, version, expected), INITIAL_PAGES),
    );
  }
}

async function installedVersion(name: string, modulesDirectory: string): Promise<string> {
  const manifest = join(modulesDirectory, name, "package.json");
  const text = await readFile(manifest, "utf8").catch(() => {
    throw new Error(`The package ${name} is not installed: run npm install.`);
  });
  return (JSON.parse(text) as { version: string }).version;
}

async function extract(
  from: CodecPackage,
  version: string,
  expected: PinnedWasm,
): Promise<Uint8Array> {
  const found = await compiledWasm(from.start).catch((cause: unknown) => {
    throw new Error(
      `${from.name} ${version} does not start, though it was tested: ${cause}. Delete node_modules and run npm install.`,
      { cause },
    );
  });
  const wasm = found.find((bytes) => sha256(bytes) === expected.sha256);
  if (wasm === undefined) throw unexpectedWasm(from, version, expected, found);
  return wasm;
}

/** Several builds may run at once: a file appears whole or not at all. */
async function writeUnlessPresent(
  file: string,
  expectedSha256: string,
  make: () => Promise<Uint8Array>,
): Promise<void> {
  const present = await readFile(file).catch(() => null);
  if (present !== null && sha256(present) === expectedSha256) return;
  const unfinished = `${file}.${randomUUID()}`;
  await writeFile(unfinished, await make());
  await rename(unfinished, file);
}

function sha256(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}

function untestedVersion({ name, versions }: CodecPackage, version: string): Error {
  return new Error(
    `${name} ${version} is installed, and only ${Object.keys(versions).join(", ")} was tested: install that version, or add ${version} to scripts/wasm/codec-packages.ts and run the tests of test/audio/codecs.`,
  );
}

function unexpectedWasm(
  { name }: CodecPackage,
  version: string,
  expected: PinnedWasm,
  found: readonly Uint8Array[],
): Error {
  const wanted = inWords(expected.bytes, expected.sha256);
  const there = found.map((bytes) => inWords(bytes.length, sha256(bytes))).join("; ") || "none";
  return new Error(
    `${name} ${version} holds other WASM than was tested: expected ${wanted}; found ${there}. Delete node_modules and run npm install; if it stays so, look at what changed in the package before you put the new values into scripts/wasm/codec-packages.ts.`,
  );
}

function inWords(bytes: number, hash: string): string {
  return `${bytes} bytes with SHA-256 ${hash}`;
}
