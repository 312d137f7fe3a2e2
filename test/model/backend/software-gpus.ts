/** A GPU for tests where there is none: SwiftShader, the Vulkan driver on the processor that comes with Debian's Chromium. */
import { existsSync } from "node:fs";

const DRIVER = "/usr/lib/chromium/vk_swiftshader_icd.json";

/** Why tests on it cannot run here; CI installs Chromium and with it the driver, a laptop may be without it. */
export const MISSING_DRIVER = existsSync(DRIVER) ? null : `${DRIVER} is not installed`;

/** What makes Vulkan's loader take it. */
export function swiftShaderVariables(): Readonly<Record<string, string>> {
  return { VK_DRIVER_FILES: DRIVER, VK_ICD_FILENAMES: DRIVER };
}

/** Makes this process's loader take it; to be called before Dawn is loaded. */
export function useSwiftShader(): void {
  Object.assign(process.env, swiftShaderVariables());
}
