/** Scripts of a project that has installed the package, with everything that they import in one file. */
import { build } from "esbuild";
import { expect } from "vitest";
import type { Project } from "./installed.ts";

/** Bundles a script as esbuild does without plugins. */
export async function bundle(
  { directory }: Project,
  source: string,
  platform: "browser" | "neutral",
): Promise<string> {
  const { outputFiles, warnings } = await build({
    stdin: { contents: source, resolveDir: directory },
    bundle: true,
    write: false,
    format: "esm",
    platform,
    mainFields: ["module", "main"],
    logLevel: "silent",
  });
  expect(warnings).toEqual([]);
  return outputFiles[0]?.text ?? "";
}
