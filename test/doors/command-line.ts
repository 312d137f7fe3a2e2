/** `undertone features`, run once on all clips. */
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { filesystemStore } from "../../src/store/filesystem.ts";
import { runUndertone } from "../support/cli/undertone.ts";
import type { ClipRefusal, DoorClip, DoorEntry, Outcome } from "./door.ts";
import { ANSWER_OPTIONS, answered, type JsonAnswer } from "./json-answer.ts";
import { writeDoorPackDirectory } from "./pack.ts";

export const COMMAND_LINE: DoorEntry = {
  name: "the command line",
  async open() {
    const directory = await mkdtemp(join(tmpdir(), "undertone-doors-"));
    await writeDoorPackDirectory(filesystemStore(join(directory, "pack")));
    return {
      sendAll: (clips) => runOnAll(directory, clips),
      close: () => rm(directory, { recursive: true }),
    };
  },
};

const ANSWERS = "answers.jsonl";

async function runOnAll(directory: string, clips: readonly DoorClip[]): Promise<Outcome[]> {
  await mkdir(join(directory, "clips"));
  const files = clips.map(({ extension }, index) => `clips/${index}.${extension}`);
  for (const [index, clip] of clips.entries()) {
    await writeFile(join(directory, files[index] as string), await clip.bytes());
  }
  const { encoding } = ANSWER_OPTIONS;
  const args = ["features", "--pack", "pack", "--out", ANSWERS, "--encoding", encoding, ...files];
  const { stderr } = await runUndertone(args, directory);
  const lines = (await readFile(join(directory, ANSWERS), "utf8")).trimEnd().split("\n");
  const answers = new Map(lines.map(parseAnswer));
  return files.map((file) => {
    const outcome = answers.get(file) ?? refusalOf(file, stderr);
    if (outcome === null) throw new Error(`nothing is said of ${file}: ${stderr}`);
    return outcome;
  });
}

function parseAnswer(line: string): [file: string, outcome: Outcome] {
  const answer = JSON.parse(line) as JsonAnswer & { readonly file: string };
  return [answer.file, answered(answer)];
}

/** What standard error says of a file; null if nothing. */
function refusalOf(file: string, stderr: string): ClipRefusal | null {
  const line = new RegExp(`^(?<slug>[a-z-]+): ${RegExp.escape(file)}: (?<detail>.*)$`, "m");
  const { slug, detail } = line.exec(stderr)?.groups ?? {};
  return slug === undefined || detail === undefined ? null : { slug, detail };
}
