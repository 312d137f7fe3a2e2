/** One commit's files, from the cache or else from the hub. */
import { basename } from "node:path";
import { UndertoneError } from "../../errors.ts";
import type { ProgressReport } from "../output/progress.ts";
import { matchesEtag } from "./blob-digest.ts";
import type { ModelCache } from "./cache.ts";
import { downloadBlob } from "./download.ts";
import { findRemoteFile, type RemoteFile } from "./remote-file.ts";
import type { HubSettings } from "./settings.ts";
import type { ByteProgress } from "./write-body.ts";

/** A file that must be just these bytes. */
export interface PinnedFile {
  readonly file: string;
  readonly sha256: string;
}

/** The commit whose files are wanted. */
export interface FetcherRequest {
  readonly id: string;
  readonly commit: string;
  readonly pinned: PinnedFile | null;
}

/** Both tell whether the file is there in the end. */
export interface FileFetcher {
  /** @throws UndertoneError `download-damaged` if what is cached is not what it should be. */
  findCached(fileName: string): Promise<boolean>;
  /** @throws UndertoneError as `findCached`, `findRemoteFile` and `downloadBlob` do. */
  fetch(fileName: string): Promise<boolean>;
}

/** Large files are what bars are for. */
const WORTH_REPORTING_BYTES = 1_000_000;
const BYTES_PER_MEGABYTE = 1_000_000;

/** Finds and fetches files of the commit that `request` names. */
export function fileFetcher(
  request: FetcherRequest,
  settings: HubSettings,
  cache: ModelCache,
  report: ProgressReport,
): FileFetcher {
  const { id, commit, pinned } = request;
  const findCached = async (fileName: string): Promise<boolean> => {
    const path = await cache.find(commit, fileName);
    if (path === null) return false;
    // Blobs are named by their etags; where the cache has no links, files keep their names and pass.
    const etag = basename(path);
    if (!(await matchesEtag(path, etag))) throw damagedInCache(path, fileName);
    return true;
  };
  const fetchRemote = async (fileName: string): Promise<boolean> => {
    const file = await findRemoteFile(settings, id, commit, fileName);
    if (file === null) return false;
    if (fileName === pinned?.file && file.etag !== pinned.sha256) throw notPinned(file, pinned);
    const blob = await cache.blob(file.etag);
    if (!(await matchesEtag(blob, file.etag).catch(() => false))) {
      await downloadReporting(file, blob, settings, report, `${fileName} of ${id}`);
    }
    await cache.link(commit, fileName, file.etag);
    return true;
  };
  return {
    findCached,
    fetch: async (fileName) =>
      (await findCached(fileName)) || (!settings.isOffline && (await fetchRemote(fileName))),
  };
}

async function downloadReporting(
  file: RemoteFile,
  blob: string,
  settings: HubSettings,
  report: ProgressReport,
  what: string,
): Promise<void> {
  const bytes = file.bytes ?? 0;
  if (bytes < WORTH_REPORTING_BYTES) return downloadBlob(file, blob, settings, () => {});
  const total = Math.ceil(bytes / BYTES_PER_MEGABYTE);
  report.start(`downloading ${what} (MB)`, total);
  try {
    await downloadBlob(file, blob, settings, megabyteProgress(bytes, report));
  } finally {
    report.done();
  }
}

/** Counts whole megabytes, never backwards: a download that starts over repeats what was counted. */
function megabyteProgress(total: number, report: ProgressReport): ByteProgress {
  let counted = 0;
  return (bytes) => {
    const isWhole = bytes >= total;
    const now = (isWhole ? Math.ceil : Math.floor)(bytes / BYTES_PER_MEGABYTE);
    if (now > counted) report.advance(now - counted);
    counted = Math.max(counted, now);
  };
}

function damagedInCache(path: string, fileName: string): UndertoneError {
  return new UndertoneError(
    "download-damaged",
    `${path} does not match the digest in its name; remove it, so that it is fetched again.`,
    { file: fileName },
  );
}

function notPinned({ etag }: RemoteFile, { file, sha256 }: PinnedFile): UndertoneError {
  return new UndertoneError(
    "download-damaged",
    `The hub offers a ${file} of etag ${etag}, where models/catalog.json pins SHA-256 ${sha256}; check HF_ENDPOINT.`,
    { file },
  );
}
