/** Whether a host name or address, without a port, means this machine to everyone on it. */
export function isLoopback(host: string): boolean {
  const name = host
    .toLowerCase()
    .replace(/^\[(.*)\]$/, '$1')
    .replace(/\.$/, '');
  return (
    /^(?:.+\.)?localhost$/.test(name) ||
    /^127(?:\.\d{1,3}){3}$/.test(name) ||
    name === '::1' ||
    name === '0:0:0:0:0:0:0:1'
  );
}

/** The host in a Host header, without the port. */
export function hostName(header: string): string {
  return header.replace(/:\d*$/, '');
}
