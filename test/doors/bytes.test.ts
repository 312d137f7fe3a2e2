import { rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { byteSource, type Pieces } from "../../src/audio/bytes/source.ts";
import { withClipFile } from "../../src/cli/clips/file.ts";
import { filesystemStore } from "../../src/store/filesystem.ts";
import { readClip } from "../../support/decoding/fixtures.ts";

const BYTES = readClip("ogg/opus-voice-48000-1.opus");

const path = join(tmpdir(), `undertone-bytes-${process.pid}`);
beforeAll(() => writeFile(path, BYTES));
afterAll(() => rm(path));

/** Ways in which Node hands out bytes, each with a class or a pool of its own. */
const NODE_READS: readonly [
  what: string,
  read: <R>(work: (pieces: Pieces) => Promise<R>) => Promise<R>,
][] = [
  ["a file that the command line reads", (work) => withClipFile(path, work)],
  ["a body that was received", (work) => work(new Response(BYTES).body as unknown as Pieces)],
  [
    "the clip of a job that was kept in a directory",
    async (work) => {
      const bytes = await filesystemStore(tmpdir()).get(path.slice(tmpdir().length + 1));
      return work([bytes as Uint8Array]);
    },
  ],
];

describe.each(NODE_READS)("of %s", (_, read) => {
  test("decoders get plain Uint8Arrays, whose slice() copies", async () => {
    await read(async (pieces) => {
      const source = byteSource(pieces);
      for (const bytes of [await source.peek(9), await source.read(80), await source.next()]) {
        expect(bytes?.constructor).toBe(Uint8Array);
        const copy = bytes?.slice() as Uint8Array;
        expect(copy.buffer.byteLength).toBe(copy.length);
      }
    });
  });
});
