/** Services that clients of others are tried against: one on Node that wants a key, and one in workerd. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openSqliteDatabase } from "../../src/database/sqlite.ts";
import { createKey } from "../../src/keys/table.ts";
import { filesystemStore } from "../../src/store/filesystem.ts";
import type { Store } from "../../src/store/store.ts";
import { installSpokenWords } from "../../support/packs/spoken-words.ts";
import { startNodeServer } from "../../support/runtimes/node.ts";
import { bootWorker } from "../../support/runtimes/workerd.ts";
import { installTaskModels } from "../support/http/tasks.ts";
import { installXVectorPacks } from "../support/model/xvector-packs.ts";

const MIGRATIONS = join(import.meta.dirname, "../../migrations");

/** A service that runs, and a key of it. */
export interface Host {
  readonly url: string;
  readonly key: string;
  close(): Promise<unknown>;
}

/** Each has a tiny model of every head, one that knows voices by a threshold, and `spoken-words-q8`, which is the default. */
export const HOSTS: readonly { readonly name: string; open(): Promise<Host> }[] = [
  {
    name: "Node",
    async open() {
      const directory = await mkdtemp(join(tmpdir(), "undertone-clients-"));
      const [packs, data] = [join(directory, "packs"), join(directory, "data")];
      await installModels(filesystemStore(packs));
      const server = await startNodeServer({
        PACKS: packs,
        DATA: data,
        DEFAULT_MODEL: "spoken-words-q8",
        UNDERTONE_BACKEND: "wasm",
        ALLOW_PRIVATE_URLS: "1",
      });
      const database = openSqliteDatabase(join(data, "undertone.sqlite"), MIGRATIONS);
      const terms = { scopes: ["features", "jobs"], requestsPerMinute: 6000 } as const;
      const { token } = await createKey(database, terms, Date.now());
      database.close();
      return {
        url: server.url,
        key: token,
        async close() {
          server.process.kill("SIGTERM");
          await server.ended;
          await rm(directory, { recursive: true });
        },
      };
    },
  },
  {
    name: "workerd",
    async open() {
      const worker = await bootWorker({ DEFAULT_MODEL: "spoken-words-q8" });
      await installModels(worker.bucket);
      return { url: worker.url.origin, key: "none", close: worker.stop };
    },
  },
];

async function installModels(store: Store): Promise<void> {
  await installTaskModels(store);
  await installSpokenWords(store, "q8");
  await installXVectorPacks(store, { cosine: 0.9999 });
}
