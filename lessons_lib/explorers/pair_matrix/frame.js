// Where PairMatrix puts things: slanted words over the columns, images left of the rows.
const SLANT = Math.PI / 3,
  COS = Math.cos(SLANT),
  SIN = Math.sin(SLANT);
const ROOM = { small: 84, wide: 118 },
  WORDS = 60; // pixels of the shortest longest word

/** @typedef {ReturnType<typeof matrixFrame>} Frame */

/** Sizes on a canvas `width` wide, for B pairs whose longest caption takes `longest` pixels. */
export function matrixFrame(width, B, longest) {
  const small = width < 480,
    room = Math.min(small ? ROOM.small : ROOM.wide, Math.max(WORDS, longest)),
    left = small ? 30 : 44,
    over = Math.ceil(room * COS),
    cell = Math.floor(Math.min(38, (width - left - over + 8) / B)),
    top = Math.ceil(room * SIN) + 14,
    foot = top + B * cell;
  const inside = v => Math.min(B - 1, Math.max(0, Math.floor(v)));
  return {
    ...{ width, small, B, left, top, cell, foot, room, slant: SLANT },
    right: left + B * cell,
    height: foot + (small ? 58 : 40),
    box: (i, j) => [left + j * cell, top + i * cell],
    /** The cell at a spot, the nearest one when it is outside. */
    at: ([x, y]) => [inside((y - top) / cell), inside((x - left) / cell)],
    /** What lies there: 'cell', 'image', 'caption' or ''. */
    part([x, y]) {
      if (y > foot) return '';
      if (y >= top) return x > left + B * cell ? '' : x < left ? 'image' : 'cell';
      const foot0 = x - ((top - y) * COS) / SIN; // where the slanted word stands
      return foot0 >= left && foot0 <= left + B * cell ? 'caption' : '';
    },
    columnOf: ([x, y]) => inside((x - (Math.max(0, top - y) * COS) / SIN - left) / cell),
  };
}
