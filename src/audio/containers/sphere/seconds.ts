/** The length of a NIST SPHERE file. */
import type { ByteSource } from "../../bytes/source.ts";
import { secondsOf } from "../../pcm/seconds.ts";
import { readSphereData } from "./decode.ts";

/** By its size: the header may be wrong. */
export async function sphereSeconds(source: ByteSource, fileBytes: number): Promise<number> {
  const { format } = await readSphereData(source);
  return secondsOf(format, fileBytes - source.position);
}
