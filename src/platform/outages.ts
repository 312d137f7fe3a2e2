/** Outages of a runtime's services, told to clients as one error that says to try again. */
import { UndertoneError } from "../errors.ts";
import type { LogEntry } from "../log.ts";
import type { Store } from "../store/store.ts";
import type { Platform } from "./platform.ts";

/** The services of a platform that may be out. */
type Services = Pick<Platform, "database" | "sharedKeys" | "files" | "queue" | "limiter">;

/**
 * The same services; while one is out its calls throw `storage-unavailable` with its name, and `log` is told the reason, which
 * nobody who asks is.
 */
export function tellOutages<Used extends Services>(
  services: Used,
  log: (entry: LogEntry) => void,
): Used {
  const { sharedKeys } = services;
  return {
    ...services,
    database: guard(services.database, isDatabaseOutage, reporter("database", log)),
    ...(sharedKeys && { sharedKeys: guard(sharedKeys, isDatabaseOutage, reporter("keys", log)) }),
    files: guard(services.files, isFault, reporter("files", log)),
    queue: guard(services.queue, isFault, reporter("queue", log)),
    limiter: guard(services.limiter, isFault, reporter("limiter", log)),
  };
}

/** The store of packs, whose calls fail in the same way. */
export function tellPackOutages<Packs extends Store>(
  packs: Packs,
  log: (entry: LogEntry) => void,
): Packs {
  return guard(packs, isFault, reporter("packs", log));
}

/** Logs why a service is out, and makes the error that says which one and nothing else. */
function reporter(service: string, log: (entry: LogEntry) => void) {
  return (cause: unknown) => {
    log({ level: "error", event: "storage-unavailable", service, message: String(cause) });
    return new UndertoneError(
      "storage-unavailable",
      "The service cannot use its storage. Send the request again in a moment; if that does not help, its operator " +
        "finds the reason in the log.",
      { service },
      { cause },
    );
  };
}

/** An object whose asynchronous methods fail as `tell` says, where `isOutage` says that it is one. */
function guard<Service extends object>(
  service: Service,
  isOutage: (error: unknown) => boolean,
  tell: (error: unknown) => UndertoneError,
): Service {
  const members = Object.entries(service).map(([name, member]) => {
    if (typeof member !== "function") return [name, member];
    const guarded = async (...args: unknown[]) => {
      try {
        return await member(...args);
      } catch (error) {
        throw isOutage(error) ? tell(error) : error;
      }
    };
    return [name, guarded];
  });
  return Object.fromEntries(members);
}

/** Errors of the language come from a mistake in a call, such as a key that is none. */
function isFault(error: unknown): boolean {
  return !(
    error instanceof UndertoneError ||
    error instanceof TypeError ||
    error instanceof RangeError
  );
}

/** https://sqlite.org/rescode.html: these say that the statement is wrong, and it would be the next time. */
const WRONG_STATEMENT = {
  ERROR: 1,
  TOOBIG: 18,
  CONSTRAINT: 19,
  MISMATCH: 20,
  MISUSE: 21,
  RANGE: 25,
};
const WRONG_STATEMENT_OF_D1 = new RegExp(
  `D1_TYPE_ERROR|SQLITE_(${Object.keys(WRONG_STATEMENT).join("|")})`,
);

/** True if a database is out, or lacks tables that its operator has yet to make. */
function isDatabaseOutage(error: unknown): boolean {
  const { message = "", errcode = 0 } = error as { message?: string; errcode?: number };
  if (/no such (table|column)/.test(message)) return true;
  const isWrong = Object.values(WRONG_STATEMENT).includes(errcode & 0xff);
  return isFault(error) && !isWrong && !WRONG_STATEMENT_OF_D1.test(message);
}
