/** What went wrong, told to somebody who has chosen a file and nothing else. */
import { UndertoneError } from "../src/browser/index.ts";

/** The service speaks of requests, which nobody has made here. */
const SENTENCES: Readonly<Record<string, (file: string) => string>> = {
  "empty-body": (file) => `${file} is empty.`,
  "not-audio": (file) => `${file} is not a sound file that Undertone or this browser can read.`,
  "unsupported-codec": (file) =>
    `${file} holds sound in a format that neither Undertone nor this browser can decode.`,
  "no-audio-track": (file) => `${file} is a video without sound.`,
  "clip-truncated": (file) => `${file} ends before any sound could be decoded.`,
  "clip-damaged": damaged,
  "clip-header-inconsistent": damaged,
  "clip-samples-not-finite": damaged,
  "channels-unsupported": (file) => `${file} has no channels, or more than 32.`,
  "sample-rate-unsupported": (file) =>
    `${file} has a sample rate that is not between 4 and 384 kHz.`,
  "clip-too-short": (file) => `${file} is too short: a model needs at least 25 ms of sound.`,
  "clip-too-long": (file) => `${file} is longer than an hour, the most that this page computes.`,
  "clip-exceeds-memory": (file) => `${file} is too long for the memory of this page.`,
  "not-found": (file) => `${file} cannot be read. Was it moved or changed? Choose it again.`,
  "key-missing": () => "This service asks for an API key: enter it here.",
  "key-invalid": () => "The service does not know this API key.",
  "key-lacks-scope": () => "This API key is not allowed to compute features.",
  "no-key-configured": () => "This service has no API keys yet, so it lets nobody use its models.",
  "storage-unavailable": (file) =>
    `${file} was not computed: the service that this page comes from does not answer. Choose the file again once it does.`,
  "no-pack-installed": () => "This service has no model installed.",
};

function damaged(file: string): string {
  return `${file} is damaged: no sound in it can be decoded.`;
}

/** A sentence for an error that came of a file; what it says itself where that names nothing of the service's ways. */
export function sentenceOf(error: unknown, file: string): string {
  if (!(error instanceof Error)) return String(error);
  const sentence = error instanceof UndertoneError ? SENTENCES[error.slug] : undefined;
  return sentence?.(file) ?? error.message;
}

/** Whether a key that is typed in could mend it. */
export function isKeyProblem(error: unknown): boolean {
  return error instanceof UndertoneError && /^key-/.test(error.slug);
}
