/** A real Chromium for tests, driven over its DevTools protocol. */
import { execFileSync } from "node:child_process";
import { type Browser, chromium } from "playwright-core";

const EXECUTABLE = findChromium();

/** Why tests in it cannot run here; CI installs it, a laptop may be without it. */
export const MISSING_CHROMIUM = EXECUTABLE === null ? "chromium is not installed" : null;

const WEBGPU_ON_THE_PROCESSOR = [
  "--enable-unsafe-webgpu",
  "--enable-features=Vulkan",
  "--use-webgpu-adapter=swiftshader",
  "--use-vulkan=swiftshader",
];

/** A microphone that beeps; pages still need the permission to hear it. */
const MADE_SOUND = "--use-fake-device-for-media-stream";

/** Starts it headless, with WebGPU by SwiftShader if asked for. */
export function startChromium({ webgpu }: { readonly webgpu: boolean }): Promise<Browser> {
  return chromium.launch({
    executablePath: EXECUTABLE ?? "chromium",
    args: ["--no-sandbox", MADE_SOUND, ...(webgpu ? WEBGPU_ON_THE_PROCESSOR : ["--disable-gpu"])],
  });
}

function findChromium(): string | null {
  try {
    return execFileSync("which", ["chromium"], { encoding: "utf8" }).trim();
  } catch {
    return null;
  }
}
