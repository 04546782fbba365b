// What binary traits hold.

/** Bytes of a binary trait: a DataView from the kernel, base64 on a page without one. */
export function bytes(value) {
  if (typeof value !== 'string')
    return new Uint8Array(value.buffer.slice(value.byteOffset, value.byteOffset + value.byteLength));
  const text = atob(value),
    all = new Uint8Array(text.length);
  for (let i = 0; i < text.length; i++) all[i] = text.charCodeAt(i); // many times as fast as from an iterator
  return all;
}

/** What Python's zlib packed, unpacked. */
export const inflate = async packed =>
  new Uint8Array(
    await new Response(new Blob([packed]).stream().pipeThrough(new DecompressionStream('deflate'))).arrayBuffer(),
  );
