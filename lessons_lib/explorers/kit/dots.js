// Thousands of round dots at once. A canvas draws circles one by one, which takes 40 ms for 5,000 of them without a
// graphics card; written into pixels directly they take a few.

/** How opaque a dot of radius r makes each pixel, 0…255, with a fainter halo below it; lengths in device pixels. */
export function stamp(r, alpha, halo = 0, haloAlpha = 0) {
  const half = Math.ceil(Math.max(r, halo)),
    pixels = [];
  for (let y = -half; y <= half; y++)
    for (let x = -half; x <= half; x++) {
      const away = Math.hypot(x, y),
        part = radius => Math.min(1, Math.max(0, radius + 0.5 - away));
      const under = haloAlpha * part(halo),
        over = alpha * part(r),
        opaque = Math.round(255 * (over + under * (1 - over)));
      if (opaque) pixels.push([x, y, opaque]);
    }
  return {
    half,
    x: Int32Array.from(pixels, p => p[0]),
    y: Int32Array.from(pixels, p => p[1]),
    opaque: Uint8Array.from(pixels, p => p[2]),
  };
}

/**
 * Lay a dot of colour 0xBBGGRR over `sheet` = { pixels: Uint32Array, width, height }, its middle at device pixel x, y.
 */
export function dab({ pixels, width, height }, x, y, { half, x: across, y: down, opaque }, colour) {
  x = Math.round(x);
  y = Math.round(y);
  if (x < half || y < half || x >= width - half || y >= height - half) return;
  const middle = y * width + x,
    n = opaque.length;
  for (let p = 0; p < n; p++) {
    const i = middle + down[p] * width + across[p],
      old = pixels[i],
      a = opaque[p];
    if (old === 0) {
      pixels[i] = (a << 24) | colour;
      continue;
    }
    const rest = ((old >>> 24) * (255 - a)) / 255,
      whole = a + rest;
    pixels[i] = (whole << 24) | ((old & 0xffffff) === colour ? colour : blend(old, colour, rest / whole));
  }
}

const blend = (old, fresh, share) => {
  const kept = 1 - share;
  return (
    ((((fresh >> 16) & 255) * kept + ((old >> 16) & 255) * share) << 16) |
    ((((fresh >> 8) & 255) * kept + ((old >> 8) & 255) * share) << 8) |
    ((fresh & 255) * kept + (old & 255) * share)
  );
};

/** '#3f90da' as 0xda903f: the order in which a canvas keeps its bytes. */
export const packed = hex => [5, 3, 1].reduce((sum, i) => (sum << 8) | parseInt(hex.slice(i, i + 2), 16), 0);
