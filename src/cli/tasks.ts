/** `undertone embed`, `transcribe`, `classify` and `diarize`: the tasks of the endpoints, by the engine in this process. */
import { basename, extname } from "node:path";
import type { Command } from "commander";
import { clipMetadata } from "../http/formats/metadata.ts";
import { rttm } from "../http/formats/rttm.ts";
import { joinOptions, selectionOf } from "../http/options.ts";
import { classificationTask } from "../http/tasks/classification.ts";
import { diarizationTask } from "../http/tasks/diarization.ts";
import { embeddingTask } from "../http/tasks/embedding.ts";
import { requireHead, type Task, type TaskOptionsSchema } from "../http/tasks/task.ts";
import { transcriptionTask } from "../http/tasks/transcription.ts";
import { availableCores } from "../platform/node-cores.ts";
import { computeFile } from "./compute-file.ts";
import { addPackOptions, openPackDirectory, type PackFlags } from "./open-pack.ts";
import { addOptionsOf, givenOptions } from "./schema-options.ts";

/** How a task is called on the command line. */
interface TaskCommand<Schema extends TaskOptionsSchema, Answer> {
  readonly name: string;
  readonly description: string;
  readonly task: Task<Schema, Answer>;
  /** Writes an answer in another form than JSON, if it is asked for by option `format`. */
  readonly otherwise?: (answer: Answer, fileName: string) => string;
}

/** Adds the commands of all tasks of one clip. */
export function registerTasks(program: Command): void {
  register(program, {
    name: "embed",
    description: "one vector for each clip: the speaker's embedding, or pooled features",
    task: embeddingTask,
  });
  register(program, {
    name: "transcribe",
    description: "write down what is said in clips, with times",
    task: transcriptionTask,
  });
  register(program, {
    name: "classify",
    description: "label clips",
    task: classificationTask,
  });
  register(program, {
    name: "diarize",
    description: "find out who speaks when in clips",
    task: diarizationTask,
    otherwise: ({ segments }, fileName) => rttm(segments, fileName),
  });
}

function register<Schema extends TaskOptionsSchema, Answer>(
  program: Command,
  { name, description, task, otherwise }: TaskCommand<Schema, Answer>,
): void {
  const command = program
    .command(name)
    .description(`${description}; a line of JSON for each`)
    .argument("<file...>", "clips");
  addOptionsOf(addPackOptions(command), task.options);
  command.action(async (files: readonly string[], flags: PackFlags & { format?: string }) => {
    const given = joinOptions(task.options, {}, givenOptions(flags, task.options));
    const engine = await openPackDirectory(flags.pack, availableCores());
    const { manifest } = engine;
    if (task.head !== null) requireHead(manifest, task.head);
    const taps = task.plan(manifest, given);
    const reading = { selection: selectionOf(given), maxClipSeconds: flags.maxClipSeconds };
    for (const file of files) {
      const clip = await computeFile(file, engine, taps, reading);
      const answer = task.answer(clip, manifest, given);
      if (otherwise !== undefined && flags.format !== undefined && flags.format !== "json") {
        process.stdout.write(otherwise(answer, basename(file, extname(file))));
      } else {
        console.log(JSON.stringify({ file, ...clipMetadata(clip), ...answer }));
      }
    }
  });
}
