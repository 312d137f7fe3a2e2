/** Reading exactly so many bytes of a file, or saying that it breaks off. */
import { cutShort } from "../faults.ts";
import type { ByteSource } from "./source.ts";

/**
 * Takes exactly `count` bytes, which the caller has bounded.
 * @throws UndertoneError `clip-truncated` if there are fewer.
 */
export async function readWhole(
  source: ByteSource,
  count: number,
  what: string,
): Promise<Uint8Array> {
  const bytes = await source.read(count);
  if (bytes.length < count) throw cutShort(`within ${what}`);
  return bytes;
}

/**
 * Passes over exactly `count` bytes.
 * @throws UndertoneError `clip-truncated` if there are fewer.
 */
export async function skipWhole(source: ByteSource, count: number, what: string): Promise<void> {
  if ((await source.skip(count)) < count) throw cutShort(`within ${what}`);
}
