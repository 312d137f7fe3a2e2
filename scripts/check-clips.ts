/** `npm run check:clips -- <folder>`: sends a folder's clips to the Node server and the command line, and compares their lengths. */

import { askDoors } from "../test/doors/ask.ts";
import { COMMAND_LINE } from "../test/doors/command-line.ts";
import type { Outcome } from "../test/doors/door.ts";
import { bodyDoor } from "../test/doors/http-doors.ts";
import { faultsOf, readMeasuredClips } from "../test/doors/measured-clips.ts";
import { onNode } from "../test/doors/node.ts";
import { buildWasm } from "./build-wasm.ts";

const DOORS = [onNode("POST /v1/features", bodyDoor), COMMAND_LINE];

const [folder] = process.argv.slice(2);
if (folder === undefined) {
  console.error("Usage: npm run check:clips -- <folder with clips and an expected.json>");
  process.exit(2);
}
const clips = readMeasuredClips(folder);
await buildWasm(process.env);
const answers = await Promise.all(askDoors(DOORS, clips));

console.log(`| clip | expected | ${DOORS.map(({ name }) => name).join(" | ")} |`);
console.log(`| --- | --- |${" --- |".repeat(DOORS.length)}`);
let faults = 0;
for (const clip of clips) {
  const cells = answers.map((outcomes) => {
    const outcome = outcomes.get(clip.name) as Outcome;
    const wrong = faultsOf(clip, outcome);
    faults += wrong.length;
    return wrong.length === 0 ? lengthOf(outcome) : `**wrong**: ${wrong.join("; ")}`;
  });
  const expected = `${clip.seconds} s, ${clip.frames ?? "?"} frames`;
  console.log(`| ${clip.name}: ${clip.what} | ${expected} | ${cells.join(" | ")} |`);
}
process.exitCode = faults > 0 ? 1 : 0;

function lengthOf(outcome: Outcome): string {
  if ("slug" in outcome) return outcome.slug;
  const warnings = outcome.audio.warnings.map(({ code }) => code);
  return [`${outcome.audio.seconds} s, ${outcome.frames} frames`, ...warnings].join("; ");
}
