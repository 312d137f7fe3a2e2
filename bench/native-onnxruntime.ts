/** onnxruntime for this machine's own processor, installed when first asked for: it is too large for everyone to have. */
import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { installedPackage } from "../src/model/backend/node/native-candidates.ts";
import type { OrtFrontEnd } from "../src/model/backend/ort-front-end.ts";

const REPOSITORY = join(import.meta.dirname, "..");

/**
 * Installs the package if it is missing.
 * @throws Error with npm's words if it cannot be installed
 */
export async function installNativeOnnxRuntime(): Promise<void> {
  if (installedPackage() !== null) return;
  console.error(
    "Installing onnxruntime-node for the rows of native code; this takes a moment, once.",
  );
  await promisify(execFile)("npm", ["run", "native"], { cwd: REPOSITORY });
}

/** Loads the installed package. */
export function loadNativeOnnxRuntime(): OrtFrontEnd {
  const installed = installedPackage();
  if (installed === null) throw new Error("onnxruntime-node is not installed");
  return installed.load();
}
