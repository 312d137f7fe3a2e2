/** `npm run check:clips -- <folder>`: sends a folder's clips to the Node server and the command line, and compares their lengths. */
import { askDoors } from "../test/doors/ask.ts";
import { COMMAND_LINE } from "../test/doors/command-line.ts";
import type { Outcome } from "../test/doors/door.ts";
import { bodyDoor } from "../test/doors/http-doors.ts";
import { faultsOf, type MeasuredClip, readMeasuredClips } from "../test/doors/measured-clips.ts";
import { onNode } from "../test/doors/node.ts";
import { buildWasm } from "./build-wasm.ts";

const DOORS = [onNode("POST /v1/features", bodyDoor), COMMAND_LINE];

const clips = readOrExplain(process.argv[2]);
await buildWasm(process.env);
const answers = await Promise.all(askDoors(DOORS, clips));

printRow(["clip", "expected", ...DOORS.map(({ name }) => name)]);
printRow(Array(2 + DOORS.length).fill("---"));
for (const clip of clips) {
  const outcomes = answers.map((said) => said.get(clip.name) as Outcome);
  const expected = `${clip.seconds} s, ${clip.frames ?? "?"} frames`;
  printRow([`${clip.name}: ${clip.what}`, expected, ...outcomes.map((said) => cellOf(clip, said))]);
  if (outcomes.some((said) => faultsOf(clip, said).length > 0)) process.exitCode = 1;
}

function readOrExplain(folder: string | undefined): MeasuredClip[] {
  try {
    if (folder === undefined) throw new Error("no folder was named");
    return readMeasuredClips(folder);
  } catch (error) {
    console.error(error instanceof Error ? error.message : String(error));
    console.error("Usage: npm run check:clips -- <folder with clips and an expected.json>");
    console.error('       {"clip.wav": {"what": "…", "seconds": 3.0, "frames": 149}, …}');
    process.exit(2);
  }
}

function printRow(cells: readonly string[]): void {
  console.log(`| ${cells.join(" | ")} |`);
}

function cellOf(clip: MeasuredClip, outcome: Outcome): string {
  const faults = faultsOf(clip, outcome);
  if (faults.length > 0 || "slug" in outcome) return `**wrong**: ${faults.join("; ")}`;
  const { audio, frames } = outcome;
  return [`${audio.seconds} s, ${frames} frames`, ...audio.warnings.map(({ code }) => code)].join(
    "; ",
  );
}
