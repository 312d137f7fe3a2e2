/** GPUs for tests where there is none: Vulkan drivers that compute on the processor. */
import { existsSync } from "node:fs";
import { tmpdir } from "node:os";
import { createNodeBackend } from "../../../src/model/backend/node/backend.ts";
import { findNodeWebgpu } from "../../../src/model/backend/node/webgpu.ts";

/** What comes with Debian's Chromium; it has no float16 in shaders. */
const SWIFTSHADER = "/usr/lib/chromium/vk_swiftshader_icd.json";

/** Mesa's; float16 came to it after Debian 12. `LAVAPIPE_DRIVER` names the file of another one. */
const LAVAPIPE_FILES = [
  process.env.LAVAPIPE_DRIVER ?? "",
  "/usr/share/vulkan/icd.d/lvp_icd.json",
  "/usr/share/vulkan/icd.d/lvp_icd.x86_64.json",
];

/** Why tests on SwiftShader cannot run here; CI installs Chromium and with it the driver, a laptop may be without it. */
export const MISSING_SWIFTSHADER = existsSync(SWIFTSHADER)
  ? null
  : `${SWIFTSHADER} is not installed`;

/** What makes Vulkan's loader take SwiftShader. */
export function swiftShaderVariables(): Readonly<Record<string, string>> {
  return driverVariables(SWIFTSHADER);
}

/** Makes this process's loader take it; to be called before Dawn is loaded. */
export function useSwiftShader(): void {
  Object.assign(process.env, swiftShaderVariables());
}

/**
 * Makes this process's loader take lavapipe, before Dawn is loaded, and says why tests on it cannot run here: `null` if they
 * can.
 */
export async function useLavapipe(): Promise<string | null> {
  const driver = LAVAPIPE_FILES.find(existsSync);
  if (driver === undefined) return "Mesa's lavapipe is not installed";
  // Mesa looks for a display there, and complains if it is not set.
  Object.assign(process.env, driverVariables(driver), { XDG_RUNTIME_DIR: tmpdir() });
  const found = await findNodeWebgpu(await createNodeBackend(), { isForced: true });
  if (found?.adapter.hasFloat16) return null;
  return `${driver} has no float16 in shaders: Mesa 25 has, and LAVAPIPE_DRIVER can name its driver's file`;
}

function driverVariables(file: string): Readonly<Record<string, string>> {
  return { VK_DRIVER_FILES: file, VK_ICD_FILENAMES: file };
}
