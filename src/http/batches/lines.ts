/**
 * Reads the JSONL of a batch: each line a clip's URL and options, and what is wrong with those that are broken. Long
 * because each reason for a broken line stands here.
 */
import { z } from "@hono/zod-openapi";
import { UndertoneError } from "../../errors.ts";
import type { BatchLine } from "../../jobs/batch/batch.ts";
import { startSlices } from "../../jobs/batch/slices.ts";
import { type ClipPlace, type JobOptions, type JobSource, problemOf } from "../../jobs/job.ts";
import { taskOf } from "../../jobs/tasks/tasks.ts";
import { checkUrl, type UrlRules } from "../../outbound/check-url.ts";
import type { Platform } from "../../platform/platform.ts";
import { taskNameOf } from "../../tasks/names.ts";
import { ClipOptionsSchema } from "../../tasks/options/schema.ts";
import { fitToModel } from "../jobs/options.ts";
import { findLines, type LineLimits } from "./line-ranges.ts";

/** The largest body of a batch, where `MAX_CLIP_BYTES` is no smaller: 10,000 lines of 1.6 kB. */
export const MAX_BATCH_BYTES = 16 * 1024 * 1024;

/** The most lines of a batch. */
export const MAX_BATCH_LINES = 10_000;

const LIMITS: LineLimits = {
  maxLines: MAX_BATCH_LINES,
  maxBlankLines: 10_000,
  maxLineBytes: 16 * 1024,
};
const MAX_ID_CHARACTERS = 200;
/** A line may have thousands of names that it should not have. */
const MAX_REASON_CHARACTERS = 300;

/** Options are kept as text, as in a query. */
const OptionSchema = z
  .union([z.string(), z.number(), z.boolean()], {
    error: "has to be text, a number or a boolean",
  })
  .transform(String);

function clipUrl() {
  return z.string({ error: "has to be the URL of a clip" });
}

const LineSchema = z.strictObject({
  url: clipUrl().optional(),
  a_url: clipUrl().optional(),
  b_url: clipUrl().optional(),
  id: z
    .string({ error: "has to be text" })
    .max(MAX_ID_CHARACTERS, `has to have at most ${MAX_ID_CHARACTERS} characters`)
    .optional(),
  options: z.record(z.string(), OptionSchema).optional(),
});

/**
 * Checks the lines of a batch; `defaults` are the options of lines that do not say otherwise. Empty lines do not count.
 * @throws UndertoneError `batch-too-long`, `empty-body`, `batch-not-jsonl` if no line is a JSON object; one that is broken
 *   among others is no error but part of the answer.
 */
export async function readBatchLines(
  platform: Platform,
  body: Uint8Array,
  defaults: JobOptions,
): Promise<BatchLine[]> {
  const slices = startSlices();
  const found = await findLines(body, LIMITS, slices);
  if (typeof found === "string") throw tooLong(found);
  if (found.length === 0) throw noLines();
  const check = lineChecker(platform, defaults);
  const checked: BatchLine[] = [];
  let objects = 0;
  for (const { start, end } of found) {
    const parsed = parseJson(body.subarray(start, end));
    if (parsed.isObject) objects++;
    checked.push(await check(parsed));
    await slices.breatheAfter(Math.min(end - start, LIMITS.maxLineBytes));
  }
  if (objects === 0) throw notJsonl();
  return checked;
}

/** A parsed line, or its fault. */
type ParsedLine =
  | { readonly isObject: boolean; readonly value: unknown }
  | { readonly isObject: false; readonly fault: string };

function parseJson(line: Uint8Array): ParsedLine {
  if (line.length > LIMITS.maxLineBytes) {
    const fault = `has ${line.length} bytes; at most ${LIMITS.maxLineBytes} are taken`;
    return { isObject: false, fault };
  }
  try {
    const value: unknown = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(line));
    const isObject = typeof value === "object" && value !== null && !Array.isArray(value);
    return { isObject, value };
  } catch {
    return { isObject: false, fault: "is not JSON in UTF-8" };
  }
}

/** Checks the lines of one batch, in their order. */
function lineChecker(
  platform: Platform,
  defaults: JobOptions,
): (line: ParsedLine) => Promise<BatchLine> {
  const fitOptions = memoize((options: JobOptions) => fitToModel(platform, options));
  const seenIds = new Set<string>();
  return async (line) => {
    let lineId: string | null = null;
    try {
      const parsed = parseLine(line);
      lineId = parsed.id ?? null;
      if (lineId !== null && seenIds.has(lineId)) throw broken(`repeats the id ${lineId}`);
      if (lineId !== null) seenIds.add(lineId);
      const asked = { ...defaultsFor(parsed.options ?? {}, defaults), ...parsed.options };
      const source = sourceOf(parsed, taskOf(asked).isOfPairs, platform.urlRules);
      const { options } = await fitOptions(asked);
      return { lineId, source, options };
    } catch (error) {
      if (error instanceof UndertoneError) return { lineId, problem: problemOf(error) };
      throw error;
    }
  };
}

/** The options of the query for a line: one of another task has those of every clip alone. */
function defaultsFor(own: JobOptions, defaults: JobOptions): JobOptions {
  if (own.task === undefined || own.task === taskNameOf(defaults)) return defaults;
  const shared = Object.entries(defaults).filter(([name]) => name in ClipOptionsSchema.shape);
  return Object.fromEntries(shared);
}

/** @throws UndertoneError `batch-line-invalid`, `url-not-allowed`. */
function sourceOf(
  { url, a_url, b_url }: z.output<typeof LineSchema>,
  isOfPairs: boolean,
  rules: UrlRules,
): JobSource {
  const place = (text: string): ClipPlace => ({ kind: "url", url: checkUrl(text, rules).href });
  if (isOfPairs) {
    if (a_url === undefined || b_url === undefined || url !== undefined) {
      throw broken("is of task=comparison, which has a_url and b_url");
    }
    return { kind: "pair", a: place(a_url), b: place(b_url) };
  }
  if (url === undefined || a_url !== undefined || b_url !== undefined) {
    throw broken("is not as it should be: url has to be the URL of a clip");
  }
  return place(url);
}

function parseLine(line: ParsedLine): z.output<typeof LineSchema> {
  if ("fault" in line) throw broken(line.fault);
  const parsed = LineSchema.safeParse(line.value);
  if (parsed.success) return parsed.data;
  const { path, message } = parsed.error.issues[0] as z.core.$ZodIssue;
  const where = path.length > 0 ? `${path.join(".")} ` : "";
  const reason = `${where}${message}`.slice(0, MAX_REASON_CHARACTERS);
  throw broken(`is not as it should be: ${reason}`);
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

function notJsonl(): UndertoneError {
  return new UndertoneError(
    "batch-not-jsonl",
    'No line of the batch is a JSON object. Send JSONL: one object such as {"url": "https://…"} in each line.',
  );
}

function tooLong(found: "too-many-lines" | "too-many-blank-lines"): UndertoneError {
  const { maxLines, maxBlankLines } = LIMITS;
  return found === "too-many-lines"
    ? new UndertoneError(
        "batch-too-long",
        `The batch has more than ${maxLines} lines. Send it in parts.`,
        { maxLines },
      )
    : new UndertoneError(
        "batch-too-long",
        `The batch has more than ${maxBlankLines} empty lines. Leave them out.`,
        { maxBlankLines },
      );
}
