/** A pack's directory, read and checked: `manifest.json` beside `blobs/`. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { sha256Of } from "../../crypto/digest.ts";
import { UndertoneError } from "../../errors.ts";
import {
  type Blob,
  decodeManifest,
  type PackManifest,
  packBlobs,
} from "../../model/pack/manifest.ts";
import { type ProgressReport, reportStep } from "../output/progress.ts";

/** One blob of a pack on disk. */
export interface BlobFile {
  /** `blobs/<sha256>.onnx` or `.weights`, in a bucket as in the directory. */
  readonly key: string;
  readonly path: string;
  readonly sha256: string;
}

/** A pack whose every blob was found whole. */
export interface PackFiles {
  readonly manifest: PackManifest;
  readonly manifestPath: string;
  /** Each once. */
  readonly blobs: readonly BlobFile[];
}

/**
 * Reads the pack in `directory` and checks each blob's size and SHA-256.
 * @throws UndertoneError `pack-damaged` naming the first file that is missing or wrong, `pack-unsupported` for a
 *   manifest of another format version.
 */
export async function readPackFiles(directory: string, report: ProgressReport): Promise<PackFiles> {
  const manifestPath = join(directory, "manifest.json");
  const manifest = decodeManifest(await readPart(manifestPath));
  const named = packBlobs(manifest);
  const blobs: BlobFile[] = [];
  await reportStep(report, `checking ${manifest.id}`, named.length, async (advance) => {
    for (const blob of named) {
      const path = join(directory, blob.key);
      await checkBlob(path, blob);
      blobs.push({ key: blob.key, path, sha256: blob.sha256 });
      advance();
    }
  });
  return { manifest, manifestPath, blobs };
}

/** Reads a file of a pack; a missing one is an `UndertoneError` that says so. */
async function readPart(path: string): Promise<Uint8Array<ArrayBuffer>> {
  try {
    return await readFile(path);
  } catch (error) {
    throw damaged(path, "cannot be read", error);
  }
}

async function checkBlob(path: string, blob: Blob): Promise<void> {
  const bytes = await readPart(path);
  if (bytes.length !== blob.bytes) {
    throw damaged(path, `has ${bytes.length} bytes where the manifest says ${blob.bytes}`);
  }
  if ((await sha256Of(bytes)) !== blob.sha256) throw damaged(path, "does not match its SHA-256");
}

function damaged(path: string, reason: string, cause?: unknown): UndertoneError {
  return new UndertoneError(
    "pack-damaged",
    `${path} ${reason}: name the directory of a pack, or build it again with 'undertone pack build'.`,
    {},
    { cause },
  );
}
