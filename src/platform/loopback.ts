/** Which hosts are this machine's own: what an open service may listen on, and by which names it may be asked. */

const IPV4 = /^127(\.\d{1,3}){3}$/;
/** ::ffff:127.0.0.0/104 as URLs write it. */
const MAPPED_IPV4 = /^\[::ffff:7f[0-9a-f]{2}:[0-9a-f]{1,4}\]$/;

/**
 * True if `host`, as the setting HOST or a URL writes it, is a loopback address (127.0.0.0/8, ::1, or the first mapped into
 * IPv6) or `localhost`. No name is resolved: one that leads to a loopback address, as in DNS rebinding, is not loopback.
 */
export function isLoopback(host: string): boolean {
  if (host.toLowerCase() === "localhost" || IPV4.test(host)) return true;
  const ipv6 = canonicalIpv6(host);
  return ipv6 === "[::1]" || MAPPED_IPV4.test(ipv6);
}

/** An IPv6 address as URLs write it, in brackets and as short as can be; empty for what is none. */
function canonicalIpv6(host: string): string {
  const address = /^\[?([0-9a-f:.]+)\]?$/i.exec(host)?.[1] ?? "";
  return URL.parse(`http://[${address}]/`)?.hostname ?? "";
}
