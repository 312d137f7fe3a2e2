/** Submits files as jobs and fetches their results; told so again, it goes on where it was. */
import { createHash } from "node:crypto";
import { createReadStream, createWriteStream, openAsBlob } from "node:fs";
import { access, appendFile, mkdir, readdir, readFile, rename, stat } from "node:fs/promises";
import { basename, dirname, join, relative } from "node:path";
import { pipeline } from "node:stream/promises";
import { askService, type RemoteJob, type ServiceAccess } from "./service.ts";
import { sentenceOfJob, watchJob } from "./watch.ts";

/** The files, and what is to be computed of them. */
export interface Submission extends ServiceAccess {
  /** Files, and folders whose files are taken. */
  readonly paths: readonly string[];
  /** The options of POST /v1/jobs. */
  readonly options: Readonly<Record<string, string>>;
  /** The folder of results. */
  readonly out: string;
  /** Jobs that are submitted and waited for at once. */
  readonly atOnce: number;
  report(line: string): void;
}

/** One file to submit. */
interface Clip {
  readonly path: string;
  /** Its path below the folder that was named. */
  readonly name: string;
}

/** A line of the log by which a later run goes on. */
interface Entry {
  readonly name: string;
  readonly digest: string;
  readonly id: string;
}

/** Below the folder of results: which job each file is. */
const LOG = "jobs.jsonl";

/**
 * Submits every file that has no result yet, and writes `<name>.<format>` for each; gives the number of those that failed. A file that
 * a run before has submitted is not submitted again, unless its bytes or the options have changed.
 * @throws UndertoneError what `askService` throws
 */
export async function submitFiles(submission: Submission): Promise<number> {
  const { paths, out, atOnce, report } = submission;
  await mkdir(out, { recursive: true });
  const clips = (await Promise.all(paths.map((path) => clipsBelow(path, out)))).flat();
  const known = await readLog(out);
  let failed = 0;
  const waiting = [...clips];
  const work = async () => {
    for (let clip = waiting.shift(); clip !== undefined; clip = waiting.shift()) {
      const isDone = await submitOne(submission, clip, known).catch((error: unknown) => {
        report(`${clip?.name}: ${error instanceof Error ? error.message : error}`);
        return false;
      });
      if (!isDone) failed++;
    }
  };
  await Promise.all(Array.from({ length: atOnce }, work));
  return failed;
}

async function clipsBelow(path: string, out: string): Promise<Clip[]> {
  if (!(await stat(path)).isDirectory()) return [{ path, name: basename(path) }];
  const entries = await readdir(path, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile() && !entry.name.startsWith("."))
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((file) => relative(out, file).startsWith(".."))
    .sort()
    .map((file) => ({ path: file, name: relative(path, file) }));
}

async function submitOne(
  submission: Submission,
  clip: Clip,
  known: ReadonlyMap<string, Entry>,
): Promise<boolean> {
  const { options, out, report } = submission;
  const { format = "json" } = options;
  const target = join(out, `${clip.name}.${format}`);
  const digest = await digestOf(clip, options);
  const before = known.get(clip.name);
  const isSame = before?.digest === digest;
  if (isSame && (await exists(target))) {
    report(`${clip.name}: there already`);
    return true;
  }
  const id = isSame ? before.id : await post(submission, clip, digest);
  if (!isSame) {
    await appendFile(join(out, LOG), `${JSON.stringify({ name: clip.name, digest, id })}\n`);
  }
  const job = await watchJob(submission, id, (now) =>
    report(`${clip.name}: ${sentenceOfJob(now)}`),
  );
  if (job?.status !== "done") return false;
  await fetchResult(submission, job, target);
  return true;
}

/** The clip as a request that may be repeated: the same file with the same options is the same job. */
async function post(submission: Submission, { path, name }: Clip, digest: string): Promise<string> {
  const form = new FormData();
  form.set("file", await openAsBlob(path), basename(name));
  const query = new URLSearchParams(submission.options);
  const response = await askService(submission, `/v1/jobs?${query}`, {
    method: "POST",
    headers: { "Idempotency-Key": digest },
    body: form,
  });
  const { id } = (await response.json()) as RemoteJob;
  return id;
}

/** A result appears under its name only when it is whole. */
async function fetchResult(
  access: ServiceAccess,
  { id }: RemoteJob,
  target: string,
): Promise<void> {
  const response = await askService(access, `/v1/jobs/${id}/result`);
  await mkdir(dirname(target), { recursive: true });
  const unfinished = `${target}.part`;
  await pipeline(response.body ?? [], createWriteStream(unfinished));
  await rename(unfinished, target);
}

async function digestOf({ path, name }: Clip, options: Submission["options"]): Promise<string> {
  const hash = createHash("sha256").update(JSON.stringify([name, Object.entries(options).sort()]));
  for await (const piece of createReadStream(path)) hash.update(piece);
  return hash.digest("hex");
}

async function readLog(out: string): Promise<Map<string, Entry>> {
  const text = await readFile(join(out, LOG), "utf8").catch(() => "");
  // The last line may have been cut short.
  const lines = text.split("\n").slice(0, -1);
  const entries = lines.map((line) => JSON.parse(line) as Entry);
  return new Map(entries.map((entry) => [entry.name, entry]));
}

async function exists(path: string): Promise<boolean> {
  return await access(path).then(
    () => true,
    () => false,
  );
}
