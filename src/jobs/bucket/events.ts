/** Objects that arrive in a bucket become jobs (R2 event notifications). */

import { derivedId } from "../../crypto/ids.ts";
import { DONE, type Outcome } from "../../queue/messages.ts";
import type { JobContext } from "../context.ts";
import { type ClipSource, type GivenClip, submitJob } from "../submit.ts";

/** An event notification of R2. */
interface BucketEvent {
  readonly action: string;
  readonly bucket: string;
  readonly key: string;
  readonly etag: string;
  readonly eventTime: string;
}

/** An overwritten object counts as created. */
const CREATIONS = ["PutObject", "CopyObject", "CompleteMultipartUpload"];

/**
 * Submits the job of an object that was created below the watched prefix; the event's second coming gets the same job.
 * Other events are none of its business.
 */
export async function takeBucketEvent(context: JobContext, body: unknown): Promise<Outcome> {
  const event = readEvent(body);
  const { bucketInPrefix, bucketOptions, bucketCompareWith } = context.settings;
  if (event === null) {
    context.log({ level: "error", event: "bucket-event-unreadable" });
  } else if (CREATIONS.includes(event.action) && event.key.startsWith(bucketInPrefix)) {
    const { bucket, key, etag, eventTime } = event;
    await submitJob(context, {
      id: await derivedId("job", [bucket, key, etag, eventTime]),
      owner: null,
      source: sourceOf({ kind: "object", key, etag }, bucketCompareWith),
      options: bucketOptions,
      metadata: null,
      callbackUrl: null,
      origin: null,
    });
  }
  return DONE;
}

/** The object alone, or the pair of it and the object that each is compared with. */
function sourceOf(object: GivenClip, compareWith: string | null): ClipSource {
  if (compareWith === null) return object;
  return { kind: "pair", a: object, b: { kind: "object", key: compareWith, etag: null } };
}

/** `null` for what R2 does not send. */
function readEvent(body: unknown): BucketEvent | null {
  const event = body as Record<string, unknown> | null;
  const object = event?.object as Record<string, unknown> | null | undefined;
  const { action, bucket, eventTime } = event ?? {};
  const { key, eTag } = object ?? {};
  if (typeof action !== "string" || typeof bucket !== "string" || typeof key !== "string")
    return null;
  // A deletion has no etag.
  return { action, bucket, key, etag: String(eTag ?? ""), eventTime: String(eventTime) };
}
