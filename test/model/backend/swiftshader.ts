/** A GPU for tests where there is none: SwiftShader, the Vulkan driver on the processor that comes with Debian's Chromium. */
import { existsSync } from "node:fs";

const DRIVER = "/usr/lib/chromium/vk_swiftshader_icd.json";

/** CI installs Chromium and with it the driver; a laptop may be without it. */
export const isSkipped = !existsSync(DRIVER) && process.env.CI !== "true";

/** Makes Vulkan's loader take it; to be called before Dawn is loaded. */
export function useSwiftShader(): void {
  process.env.VK_DRIVER_FILES = DRIVER;
  process.env.VK_ICD_FILENAMES = DRIVER;
}
