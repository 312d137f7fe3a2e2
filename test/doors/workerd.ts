/** The service in real workerd. */
import { bootWorker } from "../../support/runtimes/workerd.ts";
import { type DoorEntry, shared } from "./door.ts";
import { DOOR_LIMITS, type HttpDoor, PACK_IDS } from "./http-doors.ts";
import { installDoorPack } from "./pack.ts";

const worker = shared(async () => {
  const booted = await bootWorker(DOOR_LIMITS);
  await installDoorPack(booted.bucket, PACK_IDS);
  return booted;
});

/** A door of the service over HTTP. */
export function onWorkerd(name: string, open: HttpDoor): DoorEntry {
  return {
    name: `${name}, workerd`,
    open: async () => open(await worker.take(), worker.leave),
  };
}
