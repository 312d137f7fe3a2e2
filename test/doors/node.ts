/** The service on the real Node server. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { filesystemStore } from "../../src/store/filesystem.ts";
import { startNodeServer } from "../../support/runtimes/node.ts";
import { type DoorEntry, shared } from "./door.ts";
import { DOOR_LIMITS, type HttpDoor, PACK_IDS } from "./http-doors.ts";
import { installDoorPack } from "./pack.ts";

const server = shared(async () => {
  const directory = await mkdtemp(join(tmpdir(), "undertone-doors-"));
  const packs = join(directory, "packs");
  await installDoorPack(filesystemStore(packs), PACK_IDS);
  const variables = { UNDERTONE_OPEN: "1", ALLOW_PRIVATE_URLS: "1", UNDERTONE_BACKEND: "wasm" };
  const started = await startNodeServer({
    PACKS: packs,
    DATA: join(directory, "data"),
    ...variables,
    ...DOOR_LIMITS,
  });
  return {
    fetch: (path: string, init?: RequestInit) => fetch(started.url + path, init),
    async stop() {
      started.process.kill("SIGTERM");
      await started.ended;
      await rm(directory, { recursive: true });
    },
  };
});

/** A door of the service over HTTP. */
export function onNode(name: string, open: HttpDoor): DoorEntry {
  return {
    name: `${name}, Node`,
    open: async () => open(await server.take(), server.leave),
  };
}
