/** The part of workerd's own module that is used here. */
declare module "cloudflare:workers" {
  /** Keeps the request under way alive until `work` settles. */
  export function waitUntil(work: Promise<unknown>): void;
  /** What a service binding can lead to beside the default export. */
  export abstract class WorkerEntrypoint {
    readonly ctx: { waitUntil(work: Promise<unknown>): void };
  }
  /** Ways to the Worker's own entrypoints, by their names. */
  export const exports: Readonly<Record<string, { fetch(url: string): Promise<Response> }>>;
  /** The bindings and variables of the isolate. */
  export const env: Readonly<Record<string, unknown>>;
}
