/** `undertone features`, run on many clips at once. */
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { filesystemStore } from "../../src/store/filesystem.ts";
import { runUndertone } from "../cli/undertone.ts";
import type { DoorClip, DoorEntry, Outcome } from "./door.ts";
import { ANSWER_OPTIONS, answered } from "./json-answer.ts";
import { writeDoorPackDirectory } from "./pack.ts";

export const COMMAND_LINE: DoorEntry = {
  name: "the command line",
  async open() {
    const directory = await mkdtemp(join(tmpdir(), "undertone-doors-"));
    await writeDoorPackDirectory(filesystemStore(join(directory, "pack")));
    await mkdir(join(directory, "clips"));
    return {
      sendAll: (clips) => runOnAll(directory, clips),
      close: () => rm(directory, { recursive: true }),
    };
  },
};

async function runOnAll(directory: string, clips: readonly DoorClip[]): Promise<Outcome[]> {
  const stems = clips.map((_, index) => `clip-${index}`);
  const files = clips.map(({ extension }, index) => `clips/${stems[index]}.${extension}`);
  for (const [index, clip] of clips.entries()) {
    await writeFile(join(directory, files[index] as string), await clip.bytes());
  }
  const options = Object.entries(ANSWER_OPTIONS).flatMap(([name, value]) => [`--${name}`, value]);
  const args = ["features", "--pack", "pack", "--out", "out", ...options, ...files];
  const { stderr } = await runUndertone(args, directory);
  return Promise.all(
    files.map(async (file, index) => {
      const refusal = refusalOf(file, stderr);
      if (refusal !== null) return refusal;
      const path = join(directory, "out", `${stems[index]}.json`);
      const text = await readFile(path, "utf8").catch(() => {
        throw new Error(`${path} was not written: ${stderr}`);
      });
      return answered(JSON.parse(text));
    }),
  );
}

/** What the command says of a file on its standard error; null if nothing. */
function refusalOf(file: string, stderr: string): Outcome | null {
  for (const line of stderr.split("\n")) {
    const [, slug, detail] =
      line.match(new RegExp(`^([a-z-]+): ${RegExp.escape(file)}: (.*)$`)) ?? [];
    if (slug !== undefined && detail !== undefined) return { slug, detail };
  }
  return null;
}
