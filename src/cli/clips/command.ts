/** Arguments, output planning and the loop shared by commands that process clips. */
import type { Command } from "commander";
import { type Output, openOutput } from "../output/output.ts";
import type { OutputPlan } from "../output/plan.ts";
import { addPackOptions, type PackFlags } from "../packs/open.ts";
import { requireOneStandardInput } from "./file.ts";
import { clipProgress } from "./progress.ts";
import { forEachClip } from "./run.ts";

/** The flags of such a command. */
export interface ClipFlags extends PackFlags {
  readonly out?: string;
  readonly keepFolders?: boolean;
  readonly format?: string;
}

/** The result of a clip: the bytes to write, and a summary to print unless results go to standard output. */
export interface ClipResult {
  readonly parts: Iterable<Uint8Array | string>;
  readonly summary: string;
}

/** Adds the arguments and options of a command that takes clips. */
export function addClipArguments(command: Command, out: { readonly help: string }): Command {
  command
    .argument("<clip...>", "files, or - for standard input")
    .option("--out <path>", out.help)
    .option("--keep-folders", "repeat the clips' folders below --out")
    .showHelpAfterError(
      `Name one or more clips, or - for standard input; 'undertone ${command.name()} --help' lists the options.`,
    );
  return addPackOptions(command);
}

/**
 * Computes the result of each clip and writes it as planned.
 * @throws UndertoneError `invalid-option`, and what `forEachClip` throws.
 */
export async function writeResults(
  clips: readonly string[],
  plan: OutputPlan,
  compute: (clip: string) => Promise<ClipResult>,
): Promise<void> {
  requireOneStandardInput(clips);
  const progress = clipProgress(clips.length);
  const output: Output = await openOutput(plan, progress.print);
  try {
    await forEachClip(
      clips,
      async (clip) => {
        const { parts, summary } = await compute(clip);
        const path = await output.write(clip, parts);
        if (path !== null) progress.print([`${path}: ${summary}\n`]);
      },
      progress,
    );
  } finally {
    await output.close();
  }
}
