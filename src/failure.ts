/** Errors as messages between threads, in servers and in pages: none can be posted with its class. */
import { type ErrorSlug, UndertoneError } from "./errors.ts";

/** An error without its class, which no message can carry; `slug` where it was an UndertoneError. */
export interface Failure {
  readonly slug?: ErrorSlug;
  readonly extensions?: Readonly<Record<string, unknown>>;
  readonly name: string;
  readonly message: string;
  readonly stack?: string | undefined;
}

/** Takes an error apart for a message. */
export function failureOf(error: unknown): Failure {
  if (!(error instanceof Error)) return { name: "Error", message: String(error) };
  const { name, message, stack } = error;
  if (!(error instanceof UndertoneError)) return { name, message, stack };
  const { slug, extensions } = error;
  return { slug, extensions, name, message, stack };
}

/** Puts the error together again: an UndertoneError is one again, anything else is an Error with its name and stack. */
export function errorOf({ slug, extensions, name, message, stack }: Failure): Error {
  const error =
    slug === undefined ? new Error(message) : new UndertoneError(slug, message, extensions);
  error.name = name;
  if (stack !== undefined) error.stack = stack;
  return error;
}
