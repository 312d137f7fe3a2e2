/** A real Chromium for tests, driven over its DevTools protocol. */
import { execFileSync } from "node:child_process";
import { type Browser, chromium } from "playwright-core";

/** Where Debian's Chromium is; `null` where there is none. */
export const CHROMIUM = findChromium();

/** CI installs Chromium; a laptop may be without it. */
export const isChromiumRequired = process.env.CI === "true";

const WEBGPU_ON_THE_PROCESSOR = [
  "--enable-unsafe-webgpu",
  "--enable-features=Vulkan",
  "--use-webgpu-adapter=swiftshader",
  "--use-vulkan=swiftshader",
];

/** Starts it headless, with WebGPU by SwiftShader if asked for. */
export function startChromium({ webgpu }: { webgpu: boolean }): Promise<Browser> {
  return chromium.launch({
    executablePath: CHROMIUM ?? "chromium",
    args: ["--no-sandbox", ...(webgpu ? WEBGPU_ON_THE_PROCESSOR : ["--disable-gpu"])],
  });
}

function findChromium(): string | null {
  try {
    return execFileSync("which", ["chromium"], { encoding: "utf8" }).trim();
  } catch {
    return null;
  }
}
