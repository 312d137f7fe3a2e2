/** onnxruntime for this machine's own processor, installed when first asked for: it is too large for everyone to have. */
import { execFile } from "node:child_process";
import { createRequire } from "node:module";
import { promisify } from "node:util";

/** The part of onnxruntime-node that the bench uses. */
export interface NativeOnnxRuntime {
  readonly InferenceSession: {
    create(
      path: string,
      options: { readonly intraOpNumThreads: number; readonly interOpNumThreads: number },
    ): Promise<{ run(feeds: Readonly<Record<string, unknown>>): Promise<unknown> }>;
  };
  readonly Tensor: new (
    type: "float32",
    data: Float32Array,
    dimensions: readonly number[],
  ) => unknown;
}

const require = createRequire(import.meta.url);

/**
 * Installs the package beside this file if it is missing. Its install script only fetches what GPUs need and is not run.
 * @throws Error with npm's words if it cannot be installed
 */
export async function installNativeOnnxRuntime(): Promise<void> {
  if (isInstalled()) return;
  console.error("Installing onnxruntime-node for the row 'native'; this takes a moment, once.");
  const options = ["--ignore-scripts", "--no-package-lock", "--no-audit", "--no-fund"];
  await promisify(execFile)("npm", ["install", ...options], { cwd: import.meta.dirname });
}

/** Loads the installed package. */
export function loadNativeOnnxRuntime(): NativeOnnxRuntime {
  return require("onnxruntime-node");
}

function isInstalled(): boolean {
  try {
    require.resolve("onnxruntime-node");
    return true;
  } catch {
    return false;
  }
}
