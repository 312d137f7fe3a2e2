/** Requests of the page to the service that it comes from. */
import { type ErrorSlug, UndertoneError } from "../src/errors.ts";

/** The service's address, with a slash at the end. */
export const SERVICE = new URL("./", location.href).href;

/**
 * Sends a request, with the key if there is one.
 * @throws UndertoneError the service's refusal; `storage-unavailable` if it does not answer.
 */
export async function askService(
  path: string,
  key: string,
  init: RequestInit = {},
): Promise<Response> {
  const headers = key === "" ? {} : { Authorization: `Bearer ${key}` };
  const answer = await fetch(new URL(path, SERVICE), { ...init, headers }).catch(
    (cause: unknown) => {
      throw new UndertoneError(
        "storage-unavailable",
        "The service does not answer.",
        {},
        { cause },
      );
    },
  );
  if (answer.ok) return answer;
  throw refusalOf(answer.status, await answer.json().catch(() => ({})));
}

/** A problem (RFC 9457) as the error that it was; its type ends with the slug. */
function refusalOf(
  status: number,
  { type, detail }: { readonly type?: unknown; readonly detail?: unknown },
): UndertoneError {
  const slug =
    String(type ?? "")
      .split("/")
      .at(-1) || "internal";
  const sentence = typeof detail === "string" ? detail : `The service answered ${status}.`;
  return new UndertoneError(slug as ErrorSlug, sentence);
}
