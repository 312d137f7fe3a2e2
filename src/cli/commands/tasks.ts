/** `undertone embed`, `transcribe`, `classify` and `diarize`: the tasks of the endpoints, by the engine in this process. */
import type { Command } from "commander";
import { availableCores } from "../../platform/node/cores.ts";
import { classificationTask } from "../../tasks/classification.ts";
import { diarizationTask } from "../../tasks/diarization.ts";
import { embeddingTask } from "../../tasks/embedding.ts";
import { selectionOf } from "../../tasks/options/request.ts";
import { requireHead, type Task, type TaskOptionsSchema } from "../../tasks/task.ts";
import { transcriptionTask } from "../../tasks/transcription.ts";
import { answerFile } from "../clips/answer.ts";
import { addClipArguments, type ClipFlags, writeResults } from "../clips/command.ts";
import { clipSummary } from "../clips/summary.ts";
import { DIARIZE_HELP, EMBED_HELP, type OptionHelp } from "../options/help.ts";
import { addOptionsOf, namingFlags, readOptions } from "../options/schema.ts";
import { jsonLine } from "../output/json-line.ts";
import { planOutput, type ResultFormat } from "../output/plan.ts";
import { packMeans } from "../packs/means.ts";
import { openPackDirectory } from "../packs/open.ts";

/** The command of a task. */
interface TaskCommand<Schema extends TaskOptionsSchema, Answer> {
  readonly name: string;
  readonly description: string;
  readonly task: Task<Schema, Answer>;
  readonly help?: Readonly<Record<string, OptionHelp>>;
}

/** A file of JSON has one object; lines of JSON may be many. */
const JSON_FORMATS: readonly ResultFormat[] = [
  { name: "json", isJoinable: false },
  { name: "jsonl", isJoinable: true },
];

/** Adds the commands of all tasks of one clip. */
export function registerTasks(program: Command): void {
  register(program, {
    name: "embed",
    description: "compute one vector per clip: a speaker embedding, or pooled features",
    task: embeddingTask,
    help: EMBED_HELP,
  });
  register(program, {
    name: "transcribe",
    description: "transcribe speech in clips, with times",
    task: transcriptionTask,
  });
  register(program, {
    name: "classify",
    description: "label clips",
    task: classificationTask,
  });
  register(program, {
    name: "diarize",
    description: "diarize clips: find which speaker speaks when",
    task: diarizationTask,
    help: DIARIZE_HELP,
  });
}

function register<Schema extends TaskOptionsSchema, Answer>(
  program: Command,
  { name, description, task, help }: TaskCommand<Schema, Answer>,
): void {
  const texts = Object.entries(task.texts).map(([name, { isJoinable }]) => {
    return { name, isJoinable, isByName: isJoinable };
  });
  const formats: readonly ResultFormat[] = [...JSON_FORMATS, ...texts];
  const command = program.command(name).description(description);
  addClipArguments(command, {
    help:
      "output: a .jsonl file with one line of JSON per clip" +
      `${texts.map(({ name }) => `, or in .${name}`).join("")}; a .json file, for one clip; or a ` +
      "directory for <clip>.json files (default: JSON lines on standard output)",
  });
  addOptionsOf(command, task.options, help);
  command.action(async (clips: readonly string[], flags: ClipFlags) => {
    const given = readOptions(task.options, flags);
    const { out = null, keepFolders, format } = flags;
    const plan = await planOutput({ clips, formats, out, keepFolders, format });
    const engine = await openPackDirectory(flags.pack, availableCores());
    const { manifest } = engine;
    if (task.head !== null) requireHead(manifest, task.head);
    const taps = namingFlags(() => task.plan(manifest, given));
    const planned = { task, options: given, taps };
    const means = packMeans(flags.pack, engine);
    // A damaged language model ends the run before its first clip.
    if (task.wantsLanguageModel?.(manifest, given)) await means.readLanguageModel(engine);
    const reading = {
      selection: selectionOf(given),
      maxClipSeconds: flags.maxClipSeconds,
    };
    await writeResults(clips, plan, async (file) => {
      const { computed, body } = await answerFile(file, planned, means, reading);
      const text =
        task.texts[plan.format]?.write(body, plan.nameOf(file)) ?? jsonLine({ file, ...body });
      return { parts: [text], summary: clipSummary(computed) };
    });
  });
}
