/** The directory of a pack that is to be installed: one that is there, or one that is built first. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { UndertoneError } from "../../errors.ts";
import type { Precision } from "../../model/pack/precision.ts";
import { type BuildFlags, buildOptionsOf } from "../options/build-flags.ts";
import type { ProgressReport } from "../output/progress.ts";
import { buildPack } from "./build.ts";

/** Directory, below the working directory, for packs that are built first. */
const PACKS = "packs";

/**
 * The directory `source` if that is a pack's; else one in packs/, into which a pack is built from the source. `given` is an option
 * of building that the user gave, if any.
 * @throws UndertoneError `invalid-option` for such an option beside a pack that is built already, and as `buildPack` does.
 */
export async function builtDirectory(
  source: string,
  flags: BuildFlags,
  given: string | undefined,
  report: ProgressReport,
): Promise<string> {
  if (isPackDirectory(source)) {
    if (given === undefined) return source;
    throw new UndertoneError(
      "invalid-option",
      `${source} is a pack that is built already, which ${given} cannot change: name the source of the pack instead, or omit ${given}.`,
      { option: given.replace(/^--/, "") },
    );
  }
  const outDir = join(PACKS, flags.id ?? directoryName(source, flags.precision));
  await buildPack(buildOptionsOf(flags, source, outDir), report);
  return outDir;
}

/** A directory of a pack, whole or damaged. */
function isPackDirectory(path: string): boolean {
  return ["manifest.json", "blobs"].some((part) => existsSync(join(path, part)));
}

/** Such as `wavlm-base-plus-q8` for `microsoft/wavlm-base-plus@main`, and `synthetic-base-q8` for `synthetic:base`. */
function directoryName(source: string, precision: Precision): string {
  const name = source
    .replace(/@[^/]*$/, "")
    .split(/[/\\]/)
    .findLast((part) => part !== "");
  return `${(name ?? "model").replaceAll(":", "-")}-${precision}`;
}
