/** The body of POST /v1/jobs that holds its clips: one by itself, or a form. */
import { UndertoneError } from "../../errors.ts";
import type { GivenClip } from "../../jobs/submit.ts";
import { JOB_TASKS } from "../../jobs/tasks/tasks.ts";
import type { Platform } from "../../platform/platform.ts";
import { PAIR } from "../../tasks/comparison.ts";
import { taskNameOf } from "../../tasks/names.ts";
import { type BodyTerms, bodyPieces, keep } from "../request/body/body.ts";
import { joinInSlices } from "../request/body/join.ts";
import {
  type FormFile,
  type FormFiles,
  HOW_TO_SEND_TWO,
  notForm,
  readFormFiles,
  requireFile,
} from "../request/files.ts";
import { HOW_TO_SEND_A_FILE, isForm } from "../request/upload.ts";
import type { GivenOptions, JobBody } from "./options.ts";

const FILE_FIELDS = ["file", ...PAIR];

/**
 * Reads the clips of a job whole, and the options of a form.
 * @throws UndertoneError `empty-body`, `missing-file`, `malformed-multipart`, `invalid-option` for an unknown task, and what
 *   reading the body throws.
 */
export async function readJobFiles(
  { settings }: Platform,
  request: Request,
  terms: BodyTerms,
  query: GivenOptions,
): Promise<JobBody> {
  const { maxClipBytes } = settings;
  if (!isForm(request)) {
    if (isOfPairs(query)) throw notForm();
    const blocks = await keep(bodyPieces(request, maxClipBytes, terms), terms.holding);
    return { source: await uploaded({ blocks, fileName: null }), given: {} };
  }
  const form = await readFormFiles(request, maxClipBytes, terms, FILE_FIELDS);
  const given = optionsOf(form);
  if (!isOfPairs({ ...given, ...query })) {
    return { source: await uploaded(requireFile(form, "file", HOW_TO_SEND_A_FILE)), given };
  }
  const [a, b] = PAIR.map((name) => requireFile(form, name, HOW_TO_SEND_TWO)) as [
    FormFile,
    FormFile,
  ];
  return { source: { kind: "pair", a: await uploaded(a), b: await uploaded(b) }, given };
}

function isOfPairs(given: GivenOptions): boolean {
  return JOB_TASKS[taskNameOf(given)].isOfPairs;
}

function optionsOf({ fields }: FormFiles): GivenOptions {
  const given = [...fields].map(([name, values]) => [
    name,
    values.length === 1 ? values[0] : values,
  ]);
  return Object.fromEntries(given);
}

async function uploaded({
  blocks,
  fileName,
}: Pick<FormFile, "blocks"> & { readonly fileName: string | null }): Promise<GivenClip> {
  const clip = await joinInSlices(blocks);
  if (clip.length === 0) {
    throw new UndertoneError(
      "empty-body",
      "The clip has no bytes. Send audio as the request body or as form field `file`.",
    );
  }
  return { kind: "upload", clip, ...(fileName !== null && { name: fileName }) };
}
