/** The build step that makes the WASM for one thread: onnxruntime's and the kernels', each on a memory that is not shared. */
import { createHash } from "node:crypto";
import { mkdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { withUnsharedMemory } from "../../src/model/backend/wasm/unshared-memory.ts";
import { writeUnlessPresent } from "../write-unless-present.ts";

/** Where the modules are taken from and written to. */
export interface UnsharedOptions {
  readonly modulesDirectory: string;
  /** Holds the kernels, as build-kernels.ts makes them. */
  readonly kernelsDirectory: string;
  readonly outDirectory: string;
  readonly tested?: Readonly<Record<string, string>>;
}

/** SHA-256 of dist/ort-wasm-simd-threaded.wasm by version of onnxruntime-web: another build may import another memory. */
const TESTED_ONNXRUNTIME: Readonly<Record<string, string>> = {
  "1.30.0": "3398c10d07d229bd91b364548e130e0e51a8e5704b88c7c083ebbeb78842dee2",
};

const PACKAGE = "onnxruntime-web";
const KERNELS = ["relaxed-simd.wasm", "simd.wasm"];

/**
 * Writes `onnxruntime.wasm` and the kernels into the output directory; files that are there and right are left alone.
 * @throws Error with a sentence for whoever builds, if the package is not the one that was tested.
 */
export async function makeUnsharedModules(options: UnsharedOptions): Promise<void> {
  const { modulesDirectory, kernelsDirectory, outDirectory } = options;
  await mkdir(outDirectory, { recursive: true });
  const ort = await readOnnxruntime(modulesDirectory, options.tested ?? TESTED_ONNXRUNTIME);
  await writeUnlessPresent(join(outDirectory, "onnxruntime.wasm"), withUnsharedMemory(ort));
  for (const name of KERNELS) {
    const kernels = Uint8Array.from(await readFile(join(kernelsDirectory, name)));
    await writeUnlessPresent(join(outDirectory, name), withUnsharedMemory(kernels));
  }
}

async function readOnnxruntime(
  modulesDirectory: string,
  tested: Readonly<Record<string, string>>,
): Promise<Uint8Array<ArrayBuffer>> {
  const directory = join(modulesDirectory, PACKAGE);
  const manifest = await readFile(join(directory, "package.json"), "utf8").catch(() => {
    throw new Error(`The package ${PACKAGE} is not installed: run npm install.`);
  });
  const { version } = JSON.parse(manifest) as { version: string };
  const expected = tested[version];
  if (expected === undefined) {
    throw new Error(
      `${PACKAGE} ${version} is installed, and only ${Object.keys(tested).join(", ")} was tested: install that version, or add ${version} to scripts/wasm/unshared-modules.ts and run the tests of test/model/backend and test/runtime.`,
    );
  }
  const bytes = Uint8Array.from(
    await readFile(join(directory, "dist/ort-wasm-simd-threaded.wasm")),
  );
  const found = sha256(bytes);
  if (found !== expected) {
    throw new Error(
      `${PACKAGE} ${version} holds other WASM than was tested: expected SHA-256 ${expected}, found ${found}. Delete node_modules and run npm install.`,
    );
  }
  return bytes;
}

function sha256(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}
