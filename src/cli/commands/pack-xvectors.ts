/** `undertone pack xvectors`: names the pack whose x-vectors match the speakers of a diarizing pack's windows. */
import { dirname, resolve } from "node:path";
import type { Command } from "commander";
import { UndertoneError } from "../../errors.ts";
import type { PackManifest } from "../../model/pack/manifest.ts";
import { requireHead } from "../../tasks/task.ts";
import { writeManifest } from "../packs/manifest.ts";
import { readPackDirectory } from "../packs/open.ts";

/** Adds `xvectors <dir> [xvector-dir]` to the `pack` command. */
export function registerXVectors(packCommand: Command): void {
  packCommand
    .command("xvectors")
    .description("name the x-vector pack by which a diarizing pack matches speakers of long clips")
    .argument("<dir>", "directory of a pack that diarizes")
    .argument("[xvector-dir]", "directory of a pack with speaker embeddings and a threshold")
    .option("--remove", "name none: speakers are matched by the overlap of windows alone")
    .action(runXVectors);
}

async function runXVectors(
  directory: string,
  xvectorDirectory: string | undefined,
  { remove = false }: { readonly remove?: boolean },
): Promise<void> {
  if ((xvectorDirectory === undefined) !== remove) {
    throw invalid("Name the directory of an x-vector pack, or give --remove.");
  }
  const { manifest } = await readPackDirectory(directory);
  requireHead(manifest, "frame-classification");
  if (xvectorDirectory === undefined) {
    await writeManifest(directory, naming(manifest, undefined));
    console.log(`${manifest.id} names no x-vector pack; install it again for a service to use it.`);
    return;
  }
  const { manifest: xvectors } = await readPackDirectory(xvectorDirectory);
  if (requireHead(xvectors, "xvector").threshold === undefined) {
    throw invalid(
      `${xvectors.id} has no threshold: find one with 'undertone calibrate-threshold <pairs.csv> --pack ${xvectorDirectory} --save'.`,
    );
  }
  await writeManifest(directory, naming(manifest, xvectors.id));
  console.log(
    `${manifest.id} matches speakers of long clips by ${xvectors.id}; install both for a service to use them.`,
  );
  if (dirname(resolve(directory)) === dirname(resolve(xvectorDirectory))) return;
  console.error(
    `'undertone diarize' finds ${xvectors.id} only in a directory beside ${directory}.`,
  );
}

/** The same manifest, naming this x-vector pack. */
function naming(manifest: PackManifest, id: string | undefined): PackManifest {
  const heads = manifest.heads.map((head) => {
    if (head.kind !== "frame-classification") return head;
    const { xvectorPack: _, ...others } = head;
    return id === undefined ? others : { ...others, xvectorPack: id };
  });
  return { ...manifest, heads };
}

function invalid(message: string): UndertoneError {
  return new UndertoneError("invalid-option", message, { option: "xvector-dir" });
}
