/** A receiver of webhooks and an outbox for each test of a file. */
import { afterEach, beforeEach } from "vitest";
import { rotateSecret } from "../../../src/webhooks/secrets.ts";
import { type Answer, startHttpServer, type TestServer } from "./http-server.ts";
import { type Outbox, openOutbox, START_MS } from "./outbox.ts";

/** What a test has; it may put another answer or outbox in the place of these. */
export interface Receiving {
  receiver: TestServer;
  /** How the receiver answers: 204, at first. */
  answer: Answer;
  outbox: Outbox;
  /** What signs the webhooks of owner acme. */
  secret: string;
  /** Plans a delivery to the receiver and gives its id. */
  planned(): Promise<string>;
  /** Outcome and status of each attempt. */
  outcomes(id: string): Promise<[outcome: string, responseStatus: number | null][]>;
  /** Puts an empty outbox in the place of the one there is. */
  reopen(...options: Parameters<typeof openOutbox>): Promise<void>;
}

/** Starts both before each test. */
export function useReceiver(): Receiving {
  const at = {
    planned: () => at.outbox.plan({ url: `${at.receiver.url}/hook` }),
    async outcomes(id) {
      const { attempts } = await at.outbox.recordOf(id);
      return attempts.map(({ outcome, responseStatus }) => [outcome, responseStatus]);
    },
    async reopen(...options) {
      at.outbox?.close();
      at.outbox = openOutbox(...options);
      at.secret = (await rotateSecret(at.outbox.database, "acme", 0, START_MS)).secret;
    },
  } as Receiving;
  beforeEach(async () => {
    at.answer = (_, response) => response.writeHead(204).end();
    at.receiver = await startHttpServer((request, response) => at.answer(request, response));
    at.outbox = openOutbox();
    at.secret = (await rotateSecret(at.outbox.database, "acme", 0, START_MS)).secret;
  });
  afterEach(async () => {
    at.outbox.close();
    await at.receiver.close();
  });
  return at;
}
