"""A canvas for V8 on which nothing is seen: it refuses numbers that are none, and tells what was written where."""

PEN = """
const finite = (name, given) => {
  if (given.flat().some(v => typeof v === 'number' && !Number.isFinite(v))) throw new Error(`${name}(${given})`);
};
const width = ({ font }, words) => 0.58 * Number(/([\\d.]+)px/.exec(font)[1]) * words.length;
const gradient = (...given) => (finite('gradient', given), { addColorStop: (...stop) => finite('stop', stop) });
const pen = (written = []) => new Proxy({ font: '12px' }, {
  get: (own, name) => name === 'measureText' ? words => ({ width: width(own, words) })
    : /Gradient/.test(name) ? gradient
    : name in own ? own[name] : (...given) => {
      finite(name, given);
      if (name !== 'fillText') return;
      const [words, x, y] = given, w = width(own, words), left = own.textAlign === 'left' ? x : x - w / 2;
      written.push([words, [left, y - 6, left + w, y + 6]]);
    },
  set: (own, name, value) => { finite(name, [value]); own[name] = value; return true; },
});
"""
