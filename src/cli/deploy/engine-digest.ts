/** A digest of the code that computes: Workers of one deployment that have the same give the same bits. */
import { createHash } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import { join, sep } from "node:path";

const CODE = ["src/model", "kernels"];
const RUNTIME = "node_modules/onnxruntime-web";

/** SHA-256 over every file of the engine and its kernels, and the version of onnxruntime, in hexadecimal. */
export async function engineDigest(repository: string): Promise<string> {
  const hash = createHash("sha256");
  for (const folder of CODE) {
    const files = await readdir(join(repository, folder), { recursive: true });
    const sources = files.filter((file) => file.endsWith(".ts")).sort();
    for (const file of sources) {
      const text = await readFile(join(repository, folder, file), "utf8");
      hash.update(JSON.stringify([folder, file.replaceAll(sep, "/"), text]));
    }
  }
  const lock = JSON.parse(await readFile(join(repository, "package-lock.json"), "utf8"));
  return hash.update(String(lock.packages[RUNTIME].version)).digest("hex");
}
