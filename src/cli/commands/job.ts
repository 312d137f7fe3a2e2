/** `undertone job`: submits files to a running service as jobs, and watches jobs. */
import { type Command, InvalidArgumentError } from "commander";
import { addServiceOptions } from "../jobs/flags.ts";
import { submitFiles } from "../jobs/submit.ts";
import { sentenceOfJob, watchJob } from "../jobs/watch.ts";
import { countUpTo } from "../options/parsers.ts";

interface AccessFlags {
  readonly url: URL;
  readonly key?: string;
}

interface SubmitFlags extends AccessFlags {
  readonly out: string;
  readonly option: Readonly<Record<string, string>>;
  readonly atOnce: number;
}

const MOST_AT_ONCE = 64;
const ACCESS = { isRequired: true, scope: "jobs" } as const;

/** Adds the command `job`. */
export function registerJob(program: Command): void {
  const job = program.command("job").description("submit files to a running service, watch jobs");
  addServiceOptions(job.command("submit"), ACCESS)
    .description("submit files as jobs and write their results; run again, it goes on")
    .argument("<path...>", "files, or folders of files")
    .requiredOption("--out <dir>", "folder of results, and of jobs.jsonl, by which it goes on")
    .option(
      "--option <name=value>",
      "an option of POST /v1/jobs, such as task=transcription; may be repeated",
      collectOption,
      {},
    )
    .option(
      "--at-once <n>",
      `jobs under way at once, up to ${MOST_AT_ONCE}`,
      countUpTo(MOST_AT_ONCE),
      4,
    )
    .action(async (paths: string[], { url, key, out, option, atOnce }: SubmitFlags) => {
      const report = (line: string) => console.error(line);
      const failed = await submitFiles({ url, key, paths, out, options: option, atOnce, report });
      if (failed > 0) process.exitCode = 1;
    });
  addServiceOptions(job.command("watch"), ACCESS)
    .description("print how a job goes on, until its end; the exit status is 1 unless it is done")
    .argument("<id>", "id of the job")
    .action(async (id: string, access: AccessFlags) => {
      const ended = await watchJob({ key: undefined, ...access }, id, (now) =>
        console.log(sentenceOfJob(now)),
      );
      if (ended === null) console.log(`${id} deleted`);
      if (ended?.status !== "done") process.exitCode = 1;
    });
}

function collectOption(text: string, before: Readonly<Record<string, string>>) {
  const at = text.indexOf("=");
  if (at < 1) throw new InvalidArgumentError("It has to be a name, = and a value.");
  return { ...before, [text.slice(0, at)]: text.slice(at + 1) };
}
