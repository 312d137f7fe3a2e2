/** The service in real workerd. */
import { setTimeout as delay } from "node:timers/promises";
import type { R2Object } from "@cloudflare/workers-types";
import { type BootedWorker, bootWorker } from "../runtime/worker.ts";
import { type Door, type DoorEntry, shared } from "./door.ts";
import { type HttpDoor, PACK_IDS } from "./http-doors.ts";
import { ANSWER_OPTIONS, answered, refused } from "./json-answer.ts";
import { installDoorPack } from "./pack.ts";

const OBJECT_POLL_MS = 50;

const worker = shared(async () => {
  const options = new URLSearchParams({ ...ANSWER_OPTIONS, model: "by-bucket" });
  const booted = await bootWorker({ BUCKET_OPTIONS: String(options) });
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

/** A bucket that is watched. */
export const BUCKET_ON_WORKERD: DoorEntry = {
  name: "an object of a bucket, workerd",
  open: async () => bucketDoor(await worker.take(), worker.leave),
};

function bucketDoor({ audio, announce }: BootedWorker, close: () => Promise<void>): Door {
  const objectsOf = async (key: string) => {
    for (;;) {
      const result = await audio.get(`out/${key}.json`);
      if (result !== null) return answered(await result.json());
      const problem = await audio.get(`out/${key}.problem.json`);
      if (problem !== null) return refused(await problem.json());
      await delay(OBJECT_POLL_MS);
    }
  };
  return {
    async sendAll(clips) {
      const keys = clips.map(({ extension }, index) => `clip-${index}.${extension}`);
      for (const [index, clip] of clips.entries()) {
        const key = `in/${keys[index]}`;
        const bytes = await clip.bytes();
        const { etag } = (await audio.put(key, bytes)) as R2Object;
        await announce({
          account: "account",
          bucket: "undertone-audio",
          object: { key, size: bytes.length, eTag: etag },
          action: "PutObject",
          eventTime: new Date().toISOString(),
        });
      }
      return Promise.all(keys.map(objectsOf));
    },
    close,
  };
}
