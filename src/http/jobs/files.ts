/** The body of POST /v1/jobs that holds its clips: one by itself, or a form. */
import { freedPieces } from "../../bytes.ts";
import { clipKey } from "../../jobs/job.ts";
import type { GivenClip, StoredUpload } from "../../jobs/submit.ts";
import { JOB_TASKS } from "../../jobs/tasks/tasks.ts";
import { PAIR } from "../../tasks/comparison.ts";
import { taskNameOf } from "../../tasks/names.ts";
import { type BodyTerms, bodyPieces } from "../request/body/body.ts";
import { HOW_TO_SEND_TWO, notForm, requireFile } from "../request/files.ts";
import { type FormEvent, formEvents } from "../request/form/form.ts";
import type { Fields } from "../request/form/missing-file.ts";
import { HOW_TO_SEND_A_FILE, isForm } from "../request/upload.ts";
import type { GivenOptions, JobBody } from "./options.ts";
import type { JobUploads } from "./uploads.ts";

const FILE_FIELDS = ["file", ...PAIR];

/** Where the clips of a request go. */
export interface JobDestination {
  /** Of the job that it may become. */
  readonly id: string;
  readonly uploads: JobUploads;
  readonly maxClipBytes: number;
}

/** The stored files of a form by field, and its other fields. */
interface StoredForm {
  readonly files: ReadonlyMap<string, GivenClip>;
  readonly fields: Fields;
}

/**
 * Stores the clips of a job as they arrive, and reads the options of a form.
 * @throws UndertoneError `empty-body`, `missing-file`, `malformed-multipart`, `invalid-option` for an unknown task, and what
 *   reading the body throws.
 */
export async function readJobFiles(
  destination: JobDestination,
  request: Request,
  terms: BodyTerms,
  query: GivenOptions,
): Promise<JobBody> {
  const { id, uploads, maxClipBytes } = destination;
  const body = bodyPieces(request, maxClipBytes, terms);
  if (!isForm(request)) {
    if (isOfPairs(query)) throw notForm();
    const clip = await uploads.store(clipKey(id), terms.ownsPieces ? freedPieces(body) : body);
    return { source: { kind: "upload", clip }, given: {} };
  }
  const contentType = request.headers.get("Content-Type") ?? "";
  const form = await storeForm(destination, formEvents(body, contentType, FILE_FIELDS));
  const given = optionsOf(form);
  if (!isOfPairs({ ...given, ...query })) {
    return { source: requireFile(form, "file", HOW_TO_SEND_A_FILE), given };
  }
  const [a, b] = PAIR.map((name) => requireFile(form, name, HOW_TO_SEND_TWO)) as [
    GivenClip,
    GivenClip,
  ];
  return { source: { kind: "pair", a, b }, given };
}

async function storeForm(
  { id, uploads }: JobDestination,
  events: AsyncGenerator<FormEvent>,
): Promise<StoredForm> {
  const files = new Map<string, GivenClip>();
  const fields = new Map<string, (string | null)[]>();
  let { value: event } = await events.next();
  while (event !== undefined) {
    if (event.kind === "file") {
      const { name, fileName } = event;
      const file = fileOf(events);
      const clip: StoredUpload = await uploads.store(
        name === "file" ? clipKey(id) : clipKey(id, name),
        file.bytes,
      );
      files.set(name, { kind: "upload", clip, name: fileName });
      event = file.after();
    } else {
      if (event.kind === "field")
        fields.set(event.name, [...(fields.get(event.name) ?? []), event.value]);
      ({ value: event } = await events.next());
    }
  }
  return { files, fields };
}

/** The bytes of a file, and the event after them. */
function fileOf(events: AsyncGenerator<FormEvent>) {
  let after: FormEvent | undefined;
  async function* bytes(): AsyncGenerator<Uint8Array> {
    for (;;) {
      const { value } = await events.next();
      if (value?.kind !== "bytes") {
        after = value;
        return;
      }
      yield value.bytes;
    }
  }
  return { bytes: bytes(), after: () => after };
}

function isOfPairs(given: GivenOptions): boolean {
  return JOB_TASKS[taskNameOf(given)].isOfPairs;
}

function optionsOf({ fields }: StoredForm): GivenOptions {
  const given = [...fields].map(([name, values]) => [
    name,
    values.length === 1 ? values[0] : values,
  ]);
  return Object.fromEntries(given);
}
