// The traits, unpacked.
import { bytes, inflate } from '../kit/bytes.js';
import { learnable, unpack } from '../kit/unpack.js';
import { element } from '../kit/view.js';
import { unit } from './maths.js';
import { textNet } from './text.js';

/**
 * What a figure begins with.
 *
 * @typedef {object} Data
 * @property {string[]} captions the batch's own
 * @property {number[]} labels the digit of each pair
 * @property {number[]} digits those that have a ray
 * @property {string[]} tries
 * @property {number[][]} images unit vectors
 * @property {number[][]} texts the same of the captions
 * @property {number[][]} rays directions of the digits
 * @property {Uint8Array[]} thumbs
 * @property {number} side of an image in pixels
 * @property {((text: string) => { at: number[], known: number }) | null} embed
 */

/** @returns {Promise<Data>} */
export async function unpacked(model) {
  const { captions, labels, digits, wide, side, tries } = model.get('facts'),
    raw = bytes(model.get('vectors')),
    view = new DataView(raw.buffer);
  const rows = Array.from({ length: raw.length / 2 / wide }, (_, r) =>
      unit(Array.from({ length: wide }, (_, i) => view.getInt16(2 * (r * wide + i), true))),
    ),
    B = captions.length;
  const pixels = await inflate(bytes(model.get('thumbs'))),
    thumbs = captions.map((_, i) => pixels.subarray(i * side * side, (i + 1) * side * side));
  return {
    ...{ captions, labels, digits, tries, thumbs, side },
    ...{ images: rows.slice(0, B), texts: rows.slice(B, 2 * B), rays: rows.slice(2 * B) },
    embed: await network(model.get('network')),
  };
}

async function network({ layers, parameters, vocabulary }) {
  if (!layers) return null;
  const [numbers, words] = await Promise.all([parameters, vocabulary].map(text => inflate(bytes(text))));
  return textNet(learnable(unpack(layers, numbers)), new TextDecoder().decode(words).split('\0'));
}

/** A digit as ink on nothing, to be drawn in any size; `colour` is "rgb(…)". */
export function thumbnail(pixels, side, colour) {
  const canvas = element('canvas', { width: side, height: side }),
    image = new ImageData(side, side),
    rgb = colour.match(/\d+/g).map(Number);
  pixels.forEach((value, i) => image.data.set([...rgb, value], 4 * i));
  canvas.getContext('2d').putImageData(image, 0, 0);
  return canvas;
}
