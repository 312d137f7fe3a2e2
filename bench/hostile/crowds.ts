/** Mixed load: kinds of clients with keys and addresses of their own. */
import type { ClientKind } from "./clients.ts";
import type { Crowd, Load, LoadResult } from "./load-generator.ts";
import type { NodeService } from "./node-service.ts";
import { ask, startScript } from "./processes.ts";

/** Each kind comes from an address of its own. */
const ADDRESSES: Readonly<Record<ClientKind, string>> = {
  honest: "127.0.0.2",
  slow: "127.0.0.3",
  mistaken: "127.0.0.4",
  hostile: "127.0.0.5",
};
const HOLD_MS = 5_000;

/** Makes a key for each kind. */
export async function crowdsFor(
  service: NodeService,
  counts: Partial<Record<ClientKind, number>>,
): Promise<Crowd[]> {
  const crowds: Crowd[] = [];
  for (const [kind, count] of Object.entries(counts) as [ClientKind, number][]) {
    const key = await service.createKey(kind);
    const localAddress = ADDRESSES[kind];
    crowds.push({ kind, count, victim: { url: service.url, key, localAddress, holdMs: HOLD_MS } });
  }
  return crowds;
}

/** Lets them work in a process of their own; `begin` starts them, once what they send is made. */
export async function gather(
  crowds: readonly Crowd[],
): Promise<{ begin(seconds: number): Promise<LoadResult>; stop(): void }> {
  const child = await startScript(
    "load-generator.ts",
    crowds.map(({ kind }) => kind),
  );
  return {
    begin(seconds) {
      const load: Load = { crowds, seconds };
      return ask<LoadResult>(child, load);
    },
    stop: () => void child.kill("SIGKILL"),
  };
}
