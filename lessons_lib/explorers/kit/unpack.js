// Layers and examples as packing.py packs them.
import { bytes, inflate } from './bytes.js';

/**
 * Turn packed parameters into typed arrays, one object a layer: floats of all layers first, then the int8 weights.
 */
export function unpack(layers, packed) {
  const view = new DataView(packed.buffer, packed.byteOffset, packed.byteLength);
  let at = 0;
  const floats = count =>
    Float32Array.from({ length: count }, () => {
      at += 4;
      return view.getFloat32(at - 4, true);
    });
  const read = layers.map(layer => {
    if (layer.op === 'prelu') return { ...layer, slopes: floats(layer.channels) };
    if (layer.op === 'conv' || layer.op === 'linear')
      return { ...layer, step: floats(layer.to), bias: floats(layer.to) };
    return layer;
  });
  for (const layer of read) {
    if (!layer.step) continue;
    const count = layer.to * layer.from * (layer.kernel ?? 1) ** 2;
    layer.weight = new Int8Array(packed.buffer, packed.byteOffset + at, count);
    at += count;
  }
  return read;
}

/** The same linear layers and PReLU with their weights as plain numbers, as trainer.js takes them. */
export const learnable = layers =>
  layers.map(layer =>
    layer.step
      ? {
          ...layer,
          weight: Float32Array.from(layer.weight, (code, i) => code * layer.step[Math.floor(i / layer.from)]),
        }
      : layer,
  );

/** A Start of trainer.js, from the trait that packing.py makes of one. */
export async function unpackStart({ layers, parameters, inputs, step, weight, batch }, labels) {
  const [numbers, codes] = await Promise.all([parameters, inputs].map(text => inflate(bytes(text))));
  return {
    layers: learnable(unpack(layers, numbers)),
    ...{ inputs: new Int8Array(codes.buffer), step, labels, batch, weight: Float32Array.from(weight) },
  };
}
