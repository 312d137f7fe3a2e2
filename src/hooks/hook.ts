/** A hook: an address that other services' webhooks come to, each with a clip, or two to compare. */
import type { JobOptions } from "../jobs/job.ts";
import type { Proof } from "./proofs/proof.ts";

/** The place of the clip in the body. */
export interface AudioPlace {
  /** A JSON Pointer (RFC 6901) into the JSON, or into an object of the form's fields. */
  readonly pointer: string;
  /** The value at this place: the clip's URL, or its bytes. */
  readonly holds: "url" | "base64";
}

/** The configuration of a hook. */
export interface HookConfig {
  readonly verification: Proof;
  /** As they are, since signatures are computed with them; several while they are rotated. */
  readonly secrets: readonly string[];
  readonly audio: AudioPlace;
  /** The place of the second clip, for task=comparison; left out for other tasks. */
  readonly secondAudio?: AudioPlace;
  /** A JSON Pointer to what names the event, where the sender's signature does not; `null`: see `Verdict`. */
  readonly idPointer: string | null;
  /** Checked already. */
  readonly options: JobOptions;
  /** The URL that is told of the job's end; `null` for none. */
  readonly callbackUrl: string | null;
}

/** A hook as it is stored. */
export interface Hook extends HookConfig {
  readonly name: string;
  /** Whose jobs it makes; `null`: every key's. */
  readonly owner: string | null;
  /** Milliseconds since 1970. */
  readonly createdAt: number;
}

/** True if `text` may name a hook: it is part of an address. */
export function isHookName(text: string): boolean {
  return /^[a-z0-9][a-z0-9-]{0,62}$/.test(text);
}
