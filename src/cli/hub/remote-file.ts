/** Metadata of a hub file before download: commit, etag and size. */
import { UndertoneError } from "../../errors.ts";
import { failureOf } from "./failures.ts";
import { askHub, type HubAnswer } from "./request.ts";
import { withRetries } from "./retry.ts";
import type { HubSettings } from "./settings.ts";
import { isCommit } from "./source.ts";

/** A file on the hub. */
export interface RemoteFile {
  /** The hub's address of it, at its commit. */
  readonly url: string;
  /** Of the revision that was asked for. */
  readonly commit: string;
  /** SHA-256 of the file if it is large, else the SHA-1 that git gives it. */
  readonly etag: string;
  /** `null` if the hub does not say. */
  readonly bytes: number | null;
}

/** Letters that are safe in the name of a file: the cache names blobs by their etags. */
const ETAG = /^[\w-]{1,128}$/;

/**
 * Asks for a file of model `id` at `revision`; `null` if that revision does not have it.
 * @throws UndertoneError `hub-not-found` if there is no such model or revision, `hub-refused` if it may not be read,
 *   `hub-unavailable` if the hub does not answer or does not answer as a hub does.
 */
export async function findRemoteFile(
  settings: HubSettings,
  id: string,
  revision: string,
  fileName: string,
): Promise<RemoteFile | null> {
  const address = (at: string) =>
    `${settings.endpoint}/${id}/resolve/${encodeURIComponent(at)}/${fileName}`;
  const what = `${fileName} of ${id}@${revision}`;
  return withRetries(settings, async () => {
    const answer = await askHub(address(revision), settings, {
      method: "HEAD",
      // The CDN of large files has other etags and must not receive the token; only redirects of a moved hub are followed.
      follows: (response, isSameHost) => isSameHost || header([response], ETAG_HEADERS) === null,
    });
    const { status } = answer.response;
    if (status === 404 && isMissingFile(answer.response)) return null;
    if (status >= 400) throw failureOf(answer.response, answer.host, what);
    const { commit, etag, bytes } = readHeaders(answer, what);
    return { url: address(commit), commit, etag, bytes };
  });
}

/** Only a hub says why; plain servers have just files. */
function isMissingFile(response: Response): boolean {
  const reason = response.headers.get("x-error-code");
  return reason === null || reason === "EntryNotFound";
}

const ETAG_HEADERS = ["x-linked-etag", "etag"];
const SIZE_HEADERS = ["x-linked-size", "content-length"];

function readHeaders({ response, redirects, host }: HubAnswer, what: string) {
  const latestFirst = [response, ...[...redirects].reverse()];
  const commit = header(latestFirst, ["x-repo-commit"]) ?? "";
  const etag = (header(latestFirst, ETAG_HEADERS) ?? "").replace(/^W\//, "").replace(/^"|"$/g, "");
  if (!isCommit(commit) || !ETAG.test(etag)) {
    throw new UndertoneError(
      "hub-unavailable",
      `${host} did not say which commit and etag ${what} has, as a hub does; check HF_ENDPOINT.`,
      { host },
    );
  }
  // A redirection's content-length is that of the redirection.
  const isRedirection = response.status >= 300;
  const size = header([response], isRedirection ? SIZE_HEADERS.slice(0, 1) : SIZE_HEADERS);
  return { commit, etag, bytes: /^\d+$/.test(size ?? "") ? Number(size) : null };
}

/** The first of `names` that any of the responses has. */
function header(responses: readonly Response[], names: readonly string[]): string | null {
  for (const name of names) {
    for (const response of responses) {
      const value = response.headers.get(name);
      if (value !== null) return value;
    }
  }
  return null;
}
