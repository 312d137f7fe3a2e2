/** The candidates of the optional package `onnxruntime-node`: this processor's own instructions, and CUDA. */
import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { env } from "onnxruntime-common";
import type { Candidate } from "../choice.ts";
import type { OrtFrontEnd } from "../ort-front-end.ts";
import { createNativeBackend, type NativeProvider } from "./native.ts";

/** The package: its folder, and the front end when it is loaded. */
export interface NativePackage {
  readonly directory: string;
  readonly version: string;
  load(): OrtFrontEnd;
}

const PACKAGE = "onnxruntime-node";

/** Of every package of onnxruntime that this project uses. */
const REQUIRED_VERSION = env.versions.common;

/** What the candidates are made with. */
export interface NativeCandidateParts {
  /** Gives the installed package, null without one. */
  readonly findPackage?: () => NativePackage | null;
  /** To be aborted before the thread ends; see `NativeParts`. */
  readonly signal?: AbortSignal;
}

/**
 * The processor, then CUDA. Each says what is missing if the package is not there, is of another version than the other
 * packages of onnxruntime, or cannot be loaded.
 */
export function nativeCandidates({
  findPackage = installedPackage,
  signal,
}: NativeCandidateParts = {}): Candidate[] {
  const candidate = (name: NativeProvider): Candidate => ({
    name,
    async find(host) {
      const found = findPackage();
      requireUsable(found);
      if (name === "cuda") requireCuda(found);
      const ort = found.load();
      return {
        adapter: null,
        open: async () => createNativeBackend({ ort, provider: name, host, signal }),
      };
    },
  });
  return [candidate("native"), candidate("cuda")];
}

function requireUsable(found: NativePackage | null): asserts found is NativePackage {
  const install = `npm install --no-save --ignore-scripts ${PACKAGE}@${REQUIRED_VERSION}`;
  if (found === null) throw new Error(`${PACKAGE} is not installed: ${install}`);
  if (minorVersion(found.version) !== minorVersion(REQUIRED_VERSION)) {
    throw new Error(`${PACKAGE} is of version ${found.version}: ${install}`);
  }
}

/** The install script of the package fetches what CUDA needs. */
function requireCuda({ directory }: NativePackage): void {
  const folder = join(directory, "bin/napi-v6", process.platform, process.arch);
  if (!existsSync(join(folder, "libonnxruntime_providers_cuda.so"))) {
    throw new Error(`${PACKAGE} has no CUDA library here, which its install script fetches`);
  }
}

function minorVersion(version: string): string {
  return version.split(".").slice(0, 2).join(".");
}

/** The package as it is installed; null if it is not. */
export function installedPackage(): NativePackage | null {
  const require = createRequire(import.meta.url);
  try {
    const file = require.resolve(`${PACKAGE}/package.json`);
    const { version } = require(file) as { readonly version: string };
    return { directory: dirname(file), version, load: () => require(PACKAGE) };
  } catch {
    return null;
  }
}
