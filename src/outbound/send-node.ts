/** Sends requests from Node, to the very addresses that were checked. */
import { lookup as lookupName } from "node:dns/promises";
import { request as httpRequest, type IncomingMessage, type RequestOptions } from "node:http";
import { request as httpsRequest } from "node:https";
import { Readable } from "node:stream";
import { checkUrl, type UrlRules, urlNotAllowed } from "./check-url.ts";
import { isPublicAddress } from "./public-address.ts";
import type { SendRequest } from "./send.ts";

/** Resolves a name to its addresses. */
export type ResolveName = (name: string) => Promise<readonly ResolvedAddress[]>;

/** One address of a name. */
export interface ResolvedAddress {
  readonly address: string;
  readonly family: number;
}

/** Statuses whose answers have no body, which `Response` insists on. */
const NULL_BODY_STATUSES = [204, 205, 304];

/**
 * Sends by Node's own client. A name is resolved once, by the client's lookup hook: if any of its addresses is not public
 * the request ends there, else the socket connects to those addresses, and to no other that a second answer might give.
 * No socket is kept for later.
 */
export function nodeSend(rules: UrlRules, resolve: ResolveName = resolveAll): SendRequest {
  const lookup = lookupHook(rules, resolve);
  return async ({ url, method, headers, body }, signal) => {
    const checked = checkUrl(url, rules);
    const request = checked.protocol === "https:" ? httpsRequest : httpRequest;
    const answer = await new Promise<IncomingMessage>((settle, reject) => {
      request(checked, { method, headers, lookup, signal, agent: false })
        .on("response", settle)
        .on("error", reject)
        .end(body);
    });
    return toResponse(answer);
  };
}

function resolveAll(name: string): Promise<readonly ResolvedAddress[]> {
  return lookupName(name, { all: true });
}

type LookupHook = NonNullable<RequestOptions["lookup"]>;

function lookupHook({ allowPrivate }: UrlRules, resolve: ResolveName): LookupHook {
  return (name, { all }, callback) => {
    const answer = resolve(name).then((addresses) => {
      const isAllowed = allowPrivate || addresses.every(({ address }) => isPublicAddress(address));
      if (!isAllowed) throw urlNotAllowed("names a host that is not on the public internet");
      const [first] = addresses;
      if (first === undefined) throw new Error("The name has no address.");
      return { first, addresses: [...addresses] };
    });
    answer.then(
      ({ first, addresses }) =>
        all ? callback(null, addresses) : callback(null, first.address, first.family),
      (error) => callback(error, ""),
    );
  };
}

function toResponse(message: IncomingMessage): Response {
  const { statusCode: status = 0, headersDistinct } = message;
  const headers = Object.entries(headersDistinct).flatMap(([name, values = []]) =>
    values.map((value): [string, string] => [name, value]),
  );
  if (NULL_BODY_STATUSES.includes(status)) {
    message.resume();
    return new Response(null, { status, headers });
  }
  return new Response(decodedBody(message), { status, headers });
}

/** The body as `fetch` would give it; an encoding that is not known stays. */
function decodedBody(message: IncomingMessage): ReadableStream {
  const body = Readable.toWeb(message) as unknown as ReadableStream<Uint8Array<ArrayBuffer>>;
  const encoding = message.headers["content-encoding"];
  return encoding === "gzip" || encoding === "deflate"
    ? body.pipeThrough(new DecompressionStream(encoding))
    : body;
}
