/** The hub's own cache on this machine, shared with Hugging Face's tools. @see https://huggingface.co/docs/hub/local-cache */
import { mkdir, readFile, realpath, rename, rm, stat, symlink, writeFile } from "node:fs/promises";
import { dirname, join, relative } from "node:path";
import { isCommit } from "./source.ts";

/** The cached files of one model. */
export interface ModelCache {
  /** The commit that a branch or tag was when it was last asked for; `null` if it never was. */
  commitOf(revision: string): Promise<string | null>;
  rememberCommit(revision: string, commit: string): Promise<void>;
  /** The folder of a commit's files. */
  snapshot(commit: string): string;
  /** Path of the file's bytes; `null` if they are not cached. Its last part is the file's etag. */
  find(commit: string, fileName: string): Promise<string | null>;
  /** Path for bytes with that etag; its folder is created. */
  blob(etag: string): Promise<string>;
  /** Makes the blob with that etag appear as a file of the commit. */
  link(commit: string, fileName: string, etag: string): Promise<void>;
}

/** The cache of model `id`, such as `microsoft/wavlm-base-plus`, in the hub's cache directory. */
export function modelCache(cacheDirectory: string, id: string): ModelCache {
  const root = join(cacheDirectory, `models--${id.replace("/", "--")}`);
  const snapshot = (commit: string) => join(root, "snapshots", commit);
  const blob = async (etag: string) => {
    await mkdir(join(root, "blobs"), { recursive: true });
    return join(root, "blobs", etag);
  };
  return {
    snapshot,
    blob,
    async commitOf(revision) {
      const text = await readFile(join(root, "refs", revision), "utf8").catch(() => "");
      return isCommit(text.trim()) ? text.trim() : null;
    },
    async rememberCommit(revision, commit) {
      const path = join(root, "refs", revision);
      await mkdir(dirname(path), { recursive: true });
      await writeFile(path, commit);
    },
    async find(commit, fileName) {
      const path = join(snapshot(commit), fileName);
      const found = await stat(path).catch(() => null);
      return found?.isFile() ? realpath(path) : null;
    },
    async link(commit, fileName, etag) {
      const path = join(snapshot(commit), fileName);
      const target = await blob(etag);
      await mkdir(dirname(path), { recursive: true });
      await rm(path, { force: true });
      try {
        await symlink(relative(dirname(path), target), path);
      } catch (error) {
        // Windows without developer mode: the file itself, as the hub's tools do there.
        if ((error as NodeJS.ErrnoException).code !== "EPERM") throw error;
        await rename(target, path);
      }
    },
  };
}
