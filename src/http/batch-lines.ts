/** Reads the JSONL of a batch: each line a clip's URL and options, and what is wrong with those that are broken. */
import { z } from "@hono/zod-openapi";
import { UndertoneError } from "../errors.ts";
import type { BatchLine } from "../jobs/batch.ts";
import { type JobOptions, problemOf } from "../jobs/job.ts";
import { checkUrl } from "../jobs/safe-fetch/check-url.ts";
import type { Platform } from "../platform/platform.ts";
import { fitToModel } from "./job-options.ts";

const MAX_LINES = 10_000;
const MAX_ID_CHARACTERS = 200;

/** Options are kept as text, as in a query. */
const OptionSchema = z
  .union([z.string(), z.number(), z.boolean()], {
    error: "has to be text, a number or a boolean",
  })
  .transform(String);

const LineSchema = z.strictObject({
  url: z.string({ error: "has to be the URL of a clip" }),
  id: z
    .string({ error: "has to be text" })
    .max(MAX_ID_CHARACTERS, `has to have at most ${MAX_ID_CHARACTERS} characters`)
    .optional(),
  options: z.record(z.string(), OptionSchema).optional(),
});

/**
 * Checks the lines of a batch; `defaults` are the options of lines that do not say otherwise. Empty lines do not count.
 * @throws UndertoneError `batch-too-long`, `empty-body`; a broken line is no error but part of the answer.
 */
export async function readBatchLines(
  platform: Platform,
  text: string,
  defaults: JobOptions,
): Promise<BatchLine[]> {
  const lines = text.split("\n").filter((line) => line.trim() !== "");
  if (lines.length === 0) throw noLines();
  if (lines.length > MAX_LINES) throw tooLong(lines.length);
  const check = lineChecker(platform, defaults);
  const checked: BatchLine[] = [];
  for (const line of lines) checked.push(await check(line));
  return checked;
}

/** Checks the lines of one batch, in their order. */
function lineChecker(
  platform: Platform,
  defaults: JobOptions,
): (line: string) => Promise<BatchLine> {
  const fitOptions = memoize((options: JobOptions) => fitToModel(platform, options));
  const seenIds = new Set<string>();
  return async (line) => {
    let lineId: string | null = null;
    try {
      const parsed = parseLine(line);
      lineId = parsed.id ?? null;
      if (lineId !== null && seenIds.has(lineId)) throw broken(`repeats the id ${lineId}`);
      if (lineId !== null) seenIds.add(lineId);
      const { href: url } = checkUrl(parsed.url, platform.urlRules);
      const { options } = await fitOptions({ ...defaults, ...parsed.options });
      return { lineId, source: { kind: "url", url }, options };
    } catch (error) {
      if (error instanceof UndertoneError) return { lineId, problem: problemOf(error) };
      throw error;
    }
  };
}

function parseLine(line: string): z.output<typeof LineSchema> {
  const parsed = LineSchema.safeParse(parseJson(line));
  if (parsed.success) return parsed.data;
  const { path, message } = parsed.error.issues[0] as z.core.$ZodIssue;
  const where = path.length > 0 ? `${path.join(".")} ` : "";
  throw broken(`is not as it should be: ${where}${message}`);
}

function parseJson(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    throw broken("is not JSON");
  }
}

/** Thousands of lines ask for the same: their options are checked once. */
function memoize<Value>(
  check: (options: JobOptions) => Promise<Value>,
): (options: JobOptions) => Promise<Value> {
  const checked = new Map<string, Promise<Value>>();
  return (options) => {
    const key = JSON.stringify(Object.entries(options).sort());
    const known = checked.get(key) ?? check(options);
    checked.set(key, known);
    return known;
  };
}

function broken(reason: string): UndertoneError {
  return new UndertoneError(
    "batch-line-invalid",
    `The line ${reason}. A line is a JSON object such as {"url": "https://…", "id": "a", "options": {"pool": "mean"}}.`,
  );
}

function noLines(): UndertoneError {
  return new UndertoneError(
    "empty-body",
    'The batch has no lines. Send JSONL: one object such as {"url": "https://…"} in each line.',
  );
}

function tooLong(lines: number): UndertoneError {
  return new UndertoneError(
    "batch-too-long",
    `The batch has ${lines} lines; at most ${MAX_LINES} are taken. Send it in parts.`,
    { lines, maxLines: MAX_LINES },
  );
}
