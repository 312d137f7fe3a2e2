/** onnxruntime for this machine's own processor, installed when first asked for: it is too large for everyone to have. */
import { execFile } from "node:child_process";
import { createRequire } from "node:module";
import { join } from "node:path";
import { promisify } from "node:util";
import type { NativeOrt } from "../src/model/backend/node/native.ts";

const REPOSITORY = join(import.meta.dirname, "..");
const require = createRequire(import.meta.url);

/**
 * Installs the package if it is missing.
 * @throws Error with npm's words if it cannot be installed
 */
export async function installNativeOnnxRuntime(): Promise<void> {
  if (isInstalled()) return;
  console.error(
    "Installing onnxruntime-node for the rows of native code; this takes a moment, once.",
  );
  await promisify(execFile)("npm", ["run", "native"], { cwd: REPOSITORY });
}

/** Loads the installed package. */
export function loadNativeOnnxRuntime(): NativeOrt {
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
