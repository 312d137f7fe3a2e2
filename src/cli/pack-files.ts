/** A pack's directory, read and checked: `manifest.json` beside `blobs/`. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { UndertoneError } from "../errors.ts";
import { blobKey, decodeManifest, type PackManifest, sha256Of } from "../model/pack.ts";
import { type ProgressReport, reportStep } from "./progress.ts";

/** One blob of a pack on disk. */
export interface BlobFile {
  /** `blobs/<sha256>.onnx`, in a bucket as in the directory. */
  readonly key: string;
  readonly path: string;
  readonly sha256: string;
}

/** A pack whose every blob was found whole. */
export interface PackFiles {
  readonly manifest: PackManifest;
  readonly manifestPath: string;
  /** In order of use, each once. */
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
  const bytesBySha256 = new Map(manifest.segments.map(({ sha256, bytes }) => [sha256, bytes]));
  const blobs: BlobFile[] = [];
  await reportStep(report, `checking ${manifest.id}`, bytesBySha256.size, async (advance) => {
    for (const [sha256, bytes] of bytesBySha256) {
      const key = blobKey(sha256);
      const path = join(directory, key);
      await checkBlob(path, sha256, bytes);
      blobs.push({ key, path, sha256 });
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

async function checkBlob(path: string, sha256: string, length: number): Promise<void> {
  const bytes = await readPart(path);
  if (bytes.length !== length) {
    throw damaged(path, `has ${bytes.length} bytes where the manifest says ${length}`);
  }
  if ((await sha256Of(bytes)) !== sha256) throw damaged(path, "does not match its SHA-256");
}

function damaged(path: string, reason: string, cause?: unknown): UndertoneError {
  return new UndertoneError(
    "pack-damaged",
    `${path} ${reason}: name the directory of a pack, or build it again with 'undertone pack build'.`,
    {},
    { cause },
  );
}
