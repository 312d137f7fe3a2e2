/** `undertone pack build`: registers the command; cli/packs/build.ts does the work. */
import type { Command } from "commander";
import type { Head } from "../../model/heads/head.ts";
import { type PackManifest, packBlobs } from "../../model/pack/manifest.ts";
import { type BuildFlags, buildOptionsOf, withBuildFlags } from "../options/build-flags.ts";
import { reportProgress } from "../output/progress.ts";
import { buildPack } from "../packs/build.ts";
import { SOURCE_FORMS } from "../packs/source.ts";

interface Flags extends BuildFlags {
  readonly out: string;
}

/** Adds `build` to the `pack` command. */
export function registerBuild(packCommand: Command): void {
  withBuildFlags(
    packCommand
      .command("build")
      .description(
        "build a pack from a local checkpoint, a hub model or a synthetic model such as synthetic:base-plus",
      )
      .argument("<source>", SOURCE_FORMS)
      .requiredOption("--out <dir>", "output directory of the pack"),
  ).action(async (source: string, { out, ...flags }: Flags) => {
    const manifest = await buildPack(buildOptionsOf(flags, source, out), reportProgress());
    console.log(summaryOf(manifest, out));
    const [head] = manifest.heads;
    if (head?.kind === "ctc" && head.tokens === null) {
      console.error("The checkpoint has no vocab.json: transcriptions will be numbers of tokens.");
    }
  });
}

function languageOf(head: Head): string {
  if (head.kind !== "ctc" || head.languageModel === undefined) return "";
  return ` and a language model of ${head.languageModel.ngrams} n-grams`;
}

function summaryOf(manifest: PackManifest, directory: string): string {
  const bytes = packBlobs(manifest).reduce((sum, blob) => sum + blob.bytes, 0);
  const weights = manifest.weights === "synthetic" ? ", synthetic weights" : "";
  const [head] = manifest.heads;
  const purpose = head === undefined ? "" : `, with a head for ${head.kind}${languageOf(head)}`;
  return `Built ${manifest.id}${weights} in ${directory}: ${(bytes / 1e6).toFixed(1)} MB${purpose}.`;
}
