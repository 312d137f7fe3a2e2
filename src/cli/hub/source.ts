/** Names of models on the hub: `microsoft/wavlm-base-plus`, with `@revision` if one is wanted. */

/** A model on the hub. */
export interface HubSource {
  /** `organisation/name`. */
  readonly id: string;
  /** A branch, a tag or a commit; `null` if none was named. */
  readonly revision: string | null;
}

const PART = /^[A-Za-z0-9](?:[\w.-]*[A-Za-z0-9_])?$/;
const REVISION = /^\w[\w.-]*(?:\/\w[\w.-]*)*$/;

/** Reads `organisation/name` or `organisation/name@revision`; `null` if it is neither. */
export function parseHubSource(text: string): HubSource | null {
  const at = text.indexOf("@");
  const id = at === -1 ? text : text.slice(0, at);
  const revision = at === -1 ? null : text.slice(at + 1);
  const parts = id.split("/");
  const isId = parts.length === 2 && parts.every((part) => PART.test(part));
  // The cache writes a slash as two dashes, so that the hub has no names with them.
  if (!isId || /--|\.\./.test(id)) return null;
  if (revision !== null && (!REVISION.test(revision) || revision.includes(".."))) return null;
  return { id, revision };
}

/** True if a revision is a commit, whose files never change. */
export function isCommit(revision: string): boolean {
  return /^[0-9a-f]{40}$/.test(revision);
}
