// A text network in the page: runs of characters, counted, through linear layers and PReLU. No page in here.
import { linear, prelu } from '../kit/layers.js';
import { unit } from './maths.js';

const LONGEST = 3, // characters of a gram
  KINDS = { linear, prelu };

/** All runs of one to three characters, with a space before and after the text: as lessons_lib.data.captions has it. */
export function grams(text) {
  const words = text
      .toLowerCase()
      .replace(/\s*([-+])\s*/g, ' $1 ')
      .split(/\s+/)
      .filter(Boolean),
    line = [...` ${words.join(' ')} `],
    runs = [];
  for (let n = 1; n <= LONGEST; n++)
    for (let i = 0; i + n <= line.length; i++) runs.push(line.slice(i, i + n).join(''));
  return runs.filter(run => run.trim());
}

/** embed(text) → { at, known }: its direction, and how many of its grams the network has learned from. */
export function textNet(layers, vocabulary) {
  const place = new Map(vocabulary.map((gram, i) => [gram, i])),
    net = layers.map(layer => KINDS[layer.op](layer));
  return text => {
    const counts = new Float32Array(vocabulary.length),
      found = grams(text).filter(gram => place.has(gram));
    for (const gram of found) counts[place.get(gram)]++;
    return { at: unit(net.reduce((x, layer) => layer.forward(x, 1), counts)), known: found.length };
  };
}
