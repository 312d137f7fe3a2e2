/** One request to a hook: checked, then made a job, once. */
import { sha256Of } from "../crypto/digest.ts";
import { derivedId } from "../crypto/ids.ts";
import { UndertoneError } from "../errors.ts";
import type { JobContext } from "../jobs/context.ts";
import { submitJob } from "../jobs/submit.ts";
import { clipSourceOf, eventIdAt, parseHookBody } from "./body.ts";
import type { HookRequest, Refusal } from "./proofs/proof.ts";
import { refusalByHeaders, verifyRequest } from "./proofs/verify.ts";
import { jobOfEvent, rememberEvent } from "./seen-events.ts";
import { readHook } from "./table.ts";

const MAX_EVENT_ID_CHARACTERS = 200;

/** A request of which the headers have come. */
export interface ArrivingHookRequest extends Omit<HookRequest, "body"> {
  /** Reads the body whole; called once, and not for a request that its headers refuse. */
  readBody(): Promise<HookRequest["body"]>;
}

/** The outcome of a request. */
export interface TakenEvent {
  readonly jobId: string;
  /** `false` for an event that the hook had taken before. */
  readonly isNew: boolean;
}

/**
 * Takes a request to hook `name`. The body is read if there is such a hook and the headers carry a proof; whatever the body says is looked at only once it has been verified. An event that comes
 * twice, also at the same time, makes one job.
 * @throws UndertoneError `unknown-hook`, `signature-missing`, `signature-invalid`, `signature-expired`,
 *   `hook-body-invalid`, `url-not-allowed`, `secret-unreadable`; what `readBody` throws.
 */
export async function takeHookRequest(
  context: JobContext,
  name: string,
  arriving: ArrivingHookRequest,
  origin: string,
): Promise<TakenEvent> {
  const { database } = context;
  const hook = await readHook(database, name, context.secrets);
  if (hook === null) throw unknownHook(name);
  const refusal = refusalByHeaders(hook.verification, hook.secrets, arriving.headers);
  if (refusal !== null) throw notGenuine(refusal);
  const request = { ...arriving, body: await arriving.readBody() };
  const verdict = await verifyRequest(hook.verification, hook.secrets, request);
  if (!verdict.genuine) throw notGenuine(verdict.reason);
  const document = parseHookBody(request.body, request.headers.get("Content-Type") ?? "");
  const givenId = hook.idPointer === null ? verdict.eventId : eventIdAt(document, hook.idPointer);
  const eventId = await boundId(givenId ?? request.body);
  const known = await jobOfEvent(database, name, eventId);
  if (known !== null) return { jobId: known, isNew: false };
  const job = await submitJob(context, {
    // The same for the same event: who comes at the same time, or after this process died, gets the same job.
    id: await derivedId("job", ["hook", name, String(hook.createdAt), eventId]),
    owner: hook.owner,
    source: clipSourceOf(document, hook, context.urlRules),
    options: hook.options,
    metadata: { hook: name, event_id: eventId },
    callbackUrl: hook.callbackUrl,
    origin,
  });
  await rememberEvent(database, { hookName: name, eventId, jobId: job.id }, context.now());
  return { jobId: job.id, isNew: true };
}

/** Ids are stored and repeated in webhooks: long ones, and bodies, are known by their digest. */
async function boundId(id: string | Uint8Array): Promise<string> {
  if (typeof id !== "string") return sha256Of(id);
  return id.length <= MAX_EVENT_ID_CHARACTERS ? id : sha256Of(new TextEncoder().encode(id));
}

function unknownHook(name: string): UndertoneError {
  return new UndertoneError(
    "unknown-hook",
    `There is no hook ${name}. 'undertone hook create ${name}' makes one.`,
  );
}

/** Which part of a proof was wrong is told; what would have been right is not. */
function notGenuine(reason: Refusal): UndertoneError {
  switch (reason) {
    case "missing":
      return new UndertoneError(
        "signature-missing",
        "The request has no signature, or not in the headers where this hook looks for it.",
      );
    case "expired":
      return new UndertoneError(
        "signature-expired",
        "The signature's time is more than 300 seconds from now. Sign each request when it is sent, and set the clock.",
      );
    default:
      return new UndertoneError(
        "signature-invalid",
        "The signature does not fit the request. Sign the body as it is sent, with the secret of this hook.",
      );
  }
}
