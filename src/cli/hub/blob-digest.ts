/** Compares bytes with the digest in a hub etag. */
import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";

/**
 * Compares the file at `path` with its etag: the SHA-256 of large files (git LFS), the SHA-1 of the git blob of others.
 * Etags of another kind say nothing of the bytes and pass.
 */
export async function matchesEtag(path: string, etag: string): Promise<boolean> {
  if (/^[0-9a-f]{64}$/.test(etag)) return (await digest("sha256", "", path)) === etag;
  if (/^[0-9a-f]{40}$/.test(etag)) {
    const { size } = await stat(path);
    return (await digest("sha1", `blob ${size}\0`, path)) === etag;
  }
  return true;
}

async function digest(algorithm: string, prefix: string, path: string): Promise<string> {
  const hash = createHash(algorithm).update(prefix);
  for await (const chunk of createReadStream(path)) hash.update(chunk);
  return hash.digest("hex");
}
