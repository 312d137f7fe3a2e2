/** Validates the flags of `undertone hook create` and converts them to a hook's configuration. */
import { UndertoneError } from "../../errors.ts";
import { type AudioPlace, type HookConfig, isHookName } from "../../hooks/hook.ts";
import { isJsonPointer } from "../../hooks/json-pointer.ts";
import type { Proof } from "../../hooks/proofs/proof.ts";
import { standardSecretBytes } from "../../hooks/proofs/standard.ts";
import type { JobOptions } from "../../jobs/job.ts";
import { taskOf } from "../../jobs/tasks/tasks.ts";
import { checkUrl } from "../../outbound/check-url.ts";
import { createWebhookSecret } from "../../webhooks/signature.ts";

/** The flags of `undertone hook create`. */
export interface HookFlags {
  readonly verify: Proof["kind"];
  readonly secret?: readonly string[];
  readonly header?: string;
  readonly url?: string;
  readonly audioUrl?: readonly string[];
  readonly audioBase64?: readonly string[];
  readonly id?: string;
  readonly option?: readonly string[];
  readonly callbackUrl?: string;
  readonly owner?: string;
  readonly remote?: boolean;
}

/** A configuration, and the secret in it if it was made up here: its owner has to be told. */
export interface NewHookConfig {
  readonly config: HookConfig;
  readonly newSecret: string | null;
}

/** Senders that make their secrets themselves. */
const GIVES_SECRET: readonly Proof["kind"][] = ["stripe", "twilio"];

/**
 * Checks name and flags.
 * @throws UndertoneError `invalid-option` naming the flag, `unknown-option`, `url-not-allowed`.
 */
export function readHookConfig(name: string, flags: HookFlags): NewHookConfig {
  if (!isHookName(name)) {
    throw invalidFlag("name", "has to be letters a to z, digits and hyphens, 63 at most");
  }
  const newSecret = flags.secret === undefined ? makeSecret(flags.verify) : null;
  const secrets = flags.secret ?? [newSecret as string];
  requireUsable(flags.verify, secrets);
  if (flags.id !== undefined) requirePointer("--id", flags.id);
  const { callbackUrl } = flags;
  const options = jobOptionsOf(flags.option ?? []);
  const config: HookConfig = {
    verification: proofOf(flags),
    secrets,
    ...audioPlacesOf(flags, taskOf(options).isOfPairs),
    idPointer: flags.id ?? null,
    options,
    // The local service may be told to call this machine; it checks that again each time.
    callbackUrl:
      callbackUrl === undefined
        ? null
        : checkUrl(callbackUrl, { allowPrivate: flags.remote !== true }).href,
  };
  return { config, newSecret };
}

function makeSecret(kind: Proof["kind"]): string {
  if (!GIVES_SECRET.includes(kind)) return createWebhookSecret();
  throw invalidFlag("--secret", `is missing: ${kind} hooks need the one that the sender shows`);
}

function requireUsable(kind: Proof["kind"], secrets: readonly string[]): void {
  if (secrets.some((secret) => secret === "")) throw invalidFlag("--secret", "must not be empty");
  if (kind === "standard" && secrets.some((secret) => standardSecretBytes(secret) === null)) {
    throw invalidFlag("--secret", "has to be whsec_ and base64");
  }
  if (kind === "secret" && secrets.some((secret) => !/^[!-~]+$/.test(secret))) {
    throw invalidFlag(
      "--secret",
      "has to be visible ASCII without spaces, since a header carries it",
    );
  }
}

const DEFAULT_HEADERS = {
  github: "X-Hub-Signature-256",
  stripe: "Stripe-Signature",
  secret: "Authorization",
};

function proofOf({ verify: kind, header, url }: HookFlags): Proof {
  if (url !== undefined && kind !== "twilio") throw invalidFlag("--url", "is for twilio hooks");
  switch (kind) {
    case "standard":
    case "twilio":
      if (header !== undefined) throw invalidFlag("--header", `is not for ${kind} hooks`);
      return kind === "standard" ? { kind } : { kind, url: url ?? null };
    default:
      return { kind, header: requireHeaderName(header ?? DEFAULT_HEADERS[kind]) };
  }
}

function requireHeaderName(name: string): string {
  if (/^[A-Za-z0-9-]+$/.test(name)) return name;
  throw invalidFlag("--header", "has to be the name of a header");
}

function audioPlacesOf(
  { audioUrl, audioBase64 }: HookFlags,
  isOfPairs: boolean,
): Pick<HookConfig, "audio" | "secondAudio"> {
  if ((audioUrl === undefined) === (audioBase64 === undefined)) {
    throw invalidFlag("--audio-url", "or --audio-base64 has to be given, and only one of them");
  }
  const flag = audioUrl === undefined ? "--audio-base64" : "--audio-url";
  const pointers = audioUrl ?? audioBase64 ?? [];
  if (pointers.length !== (isOfPairs ? 2 : 1)) {
    const number = isOfPairs ? "two pointers, since task=comparison has two clips" : "one pointer";
    throw invalidFlag(flag, `has to be ${number}`);
  }
  const [audio, secondAudio] = pointers.map(
    (pointer): AudioPlace => ({
      pointer: requirePointer(flag, pointer),
      holds: audioUrl === undefined ? "base64" : "url",
    }),
  );
  return { audio: audio as AudioPlace, ...(secondAudio && { secondAudio }) };
}

function requirePointer(flag: string, pointer: string): string {
  if (isJsonPointer(pointer)) return pointer;
  throw invalidFlag(flag, "has to be a JSON Pointer (RFC 6901) such as /recording/url");
}

function jobOptionsOf(given: readonly string[]): JobOptions {
  const options = Object.fromEntries(
    given.map((text) => {
      const split = text.indexOf("=");
      if (split < 1) throw invalidFlag("--option", "has to be name=value, such as pool=mean");
      return [text.slice(0, split), text.slice(split + 1)];
    }),
  );
  taskOf(options).read(options);
  return options;
}

function invalidFlag(flag: string, problem: string): UndertoneError {
  return new UndertoneError("invalid-option", `${flag} ${problem}.`, { option: flag });
}
