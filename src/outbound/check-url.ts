/** Decides which URLs given by users may be requested at all. */
import { UndertoneError } from "../errors.ts";
import { isPublicAddress } from "./public-address.ts";

/** The URLs that a deployment accepts from users. */
export interface UrlRules {
  /** For development: http, any port and hosts that are not on the public internet. */
  readonly allowPrivate: boolean;
}

const MAX_URL_CHARACTERS = 2048;
const ALLOWED_PORTS = ["", "80", "443"];

/** Last labels that no public name has (RFC 6761, RFC 6762, RFC 7686, RFC 8375, and those that networks use at home). */
const PRIVATE_SUFFIXES = [
  "corp",
  "example",
  "home",
  "home.arpa",
  "internal",
  "intranet",
  "invalid",
  "lan",
  "local",
  "localdomain",
  "localhost",
  "onion",
  "private",
  "test",
];

/**
 * Parses a URL as the WHATWG does, which turns every way of writing an address (decimal, octal, hexadecimal, short) into
 * one, and refuses what may not be requested. Names are resolved by nobody here: who connects has to check the addresses.
 * @throws UndertoneError `url-not-allowed`.
 */
export function checkUrl(text: string, rules: UrlRules): URL {
  if (text.length > MAX_URL_CHARACTERS) {
    throw urlNotAllowed(`has more than ${MAX_URL_CHARACTERS} characters`);
  }
  const url = parseUrl(text);
  if (url.username !== "" || url.password !== "") {
    throw urlNotAllowed("holds a user name or password; sign the URL instead");
  }
  if (url.protocol !== "https:" && !(rules.allowPrivate && url.protocol === "http:")) {
    throw urlNotAllowed(`begins with ${url.protocol.slice(0, 20)} where only https: is allowed`);
  }
  if (!rules.allowPrivate) requirePublic(url);
  return url;
}

/** The refusal of a URL; `reason` follows the words "The URL". */
export function urlNotAllowed(reason: string): UndertoneError {
  return new UndertoneError(
    "url-not-allowed",
    `The URL ${reason}. Give an https URL of a host on the public internet.`,
  );
}

function parseUrl(text: string): URL {
  const url = URL.parse(text);
  if (url === null) throw urlNotAllowed("cannot be parsed");
  return url;
}

function requirePublic(url: URL): void {
  if (!ALLOWED_PORTS.includes(url.port)) {
    throw urlNotAllowed(`names port ${url.port} where only 443 and 80 are allowed`);
  }
  const host = hostOf(url);
  const isPublic = isAddress(url) ? isPublicAddress(host) : isPublicName(host);
  if (!isPublic) throw urlNotAllowed("names a host that is not on the public internet");
}

/** The host in lower case, without the brackets of an IPv6 address and without the root's dot. */
function hostOf({ hostname }: URL): string {
  return hostname.replace(/^\[(.*)\]$/, "$1").replace(/\.$/, "");
}

/** The parser takes a host whose last label is a number for an IPv4 address, or refuses it. */
function isAddress({ hostname }: URL): boolean {
  return hostname.startsWith("[") || /(^|\.)\d+$/.test(hostname);
}

function isPublicName(host: string): boolean {
  const isQualified = host.includes(".") && !host.endsWith(".");
  return isQualified && !PRIVATE_SUFFIXES.some((suffix) => host.endsWith(`.${suffix}`));
}
