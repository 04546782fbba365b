// What binary traits hold.

/** Bytes of a binary trait: a DataView from the kernel, base64 on a page without one. */
export function bytes(value) {
  if (typeof value === 'string') return Uint8Array.from(atob(value), c => c.charCodeAt(0));
  return new Uint8Array(value.buffer.slice(value.byteOffset, value.byteOffset + value.byteLength));
}

/** What Python's zlib packed, unpacked. */
export const inflate = async packed =>
  new Uint8Array(
    await new Response(new Blob([packed]).stream().pipeThrough(new DecompressionStream('deflate'))).arrayBuffer(),
  );
