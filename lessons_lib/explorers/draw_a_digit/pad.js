// A pad to draw on with mouse, pen, finger or keys. Strokes are lists of [x, y] on a pad of side 1, y downwards.
import { WAYS, worked } from '../kit/controls.js';
import { TAU, clamp } from '../kit/numbers.js';
import { SIDE, PEN } from './network.js';

const STEP = 0.02,
  NEAR = 0.004; // what an arrow key moves the pen by; points closer than this are one
export const PAD_KEYS =
  'Arrow keys move the pen (with Shift farther), Space puts it down and lifts it, ' +
  'Backspace takes back a stroke, Delete clears, 0 to 9 bring a test digit.';

const round = value => Math.round(clamp(value, 0, 1) * 1e4) / 1e4;

/**
 * What a pad asks of its figure.
 *
 * @typedef {object} Given
 * @property {() => number[][][]} get the strokes
 * @property {(strokes: number[][][]) => void} set
 * @property {() => void} done a stroke has ended
 * @property {() => void} paint something is to be painted
 * @property {() => void} undo what the keys ask for, as `clear` and `choose(class)`
 */

/** The pad, its pen and its keys. */
export class DrawingPad {
  pen = { x: 0.5, y: 0.5, down: false, byKeys: false };
  pointer = null; // that draws
  outside = false;

  /** @param {Given} given */
  constructor(given) {
    Object.assign(this, given);
    this.canvas = worked(`Drawing pad. ${PAD_KEYS}`, { class: 'pad' });
    for (const type of ['pointerdown', 'pointermove', 'pointerup', 'keydown', 'focus', 'blur'])
      this.canvas.addEventListener(type, event => this[type](event));
    for (const type of ['pointercancel', 'lostpointercapture'])
      this.canvas.addEventListener(type, event => this.pointerup(event));
  }
  /** The pen that keys move, while they do. */
  keyboard = () => (this.pen.byKeys && this.canvas.matches(':focus') ? this.pen : null);

  begin(x, y) {
    this.set([...this.get(), [[x, y]]]);
  }
  extend(x, y) {
    const strokes = this.get(),
      last = strokes.at(-1),
      end = last?.at(-1);
    if (!last) this.begin(x, y);
    else if (Math.hypot(x - end[0], y - end[1]) >= NEAR) this.set([...strokes.slice(0, -1), [...last, [x, y]]]);
  }
  /** The stroke that is being drawn ends here, whatever happens to it next. */
  lift() {
    const drawing = this.pointer !== null || this.pen.down;
    this.pointer = null;
    this.pen.down = false;
    if (drawing) {
      this.done();
      this.paint();
    }
  }

  pointerdown(event) {
    if (event.button || !event.isPrimary) return;
    this.lift();
    this.canvas.setPointerCapture(event.pointerId);
    this.pointer = event.pointerId;
    this.outside = true;
    this.pen.byKeys = false;
    this.pointermove(event);
  }
  pointermove(event) {
    if (event.pointerId !== this.pointer) return;
    const box = this.canvas.getBoundingClientRect(),
      moves = event.getCoalescedEvents?.() ?? [];
    for (const { clientX, clientY } of moves.length ? moves : [event]) {
      const x = (clientX - box.left) / box.width,
        y = (clientY - box.top) / box.height;
      const inside = x >= 0 && x <= 1 && y >= 0 && y <= 1; // no ink outside; back inside a new stroke begins
      if (inside) this[this.outside ? 'begin' : 'extend'](round(x), round(y));
      this.outside = !inside;
    }
    this.paint();
  }
  pointerup(event) {
    if (event.pointerId === this.pointer) this.lift();
  }
  keydown(event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const arrow = WAYS[event.key];
    if (arrow) this.step(arrow, event.shiftKey ? 3 * STEP : STEP);
    else if (event.key === ' ') this.putDown();
    else if (event.key === 'Backspace') this.undo();
    else if (event.key === 'Delete') this.clear();
    else if (/^\d$/.test(event.key)) this.choose(+event.key);
    else return;
    event.preventDefault();
    this.pen.byKeys = true;
    this.paint();
  }
  step([right, up], far) {
    const { pen } = this;
    pen.x = round(pen.x + right * far);
    pen.y = round(pen.y - up * far);
    if (pen.down) this.extend(pen.x, pen.y);
  }
  putDown() {
    const { pen } = this,
      down = !pen.down;
    this.lift();
    if (!down) return;
    pen.down = true;
    this.begin(pen.x, pen.y);
  }
  focus() {
    this.pen.byKeys = this.canvas.matches(':focus-visible');
    this.paint();
  }
  blur() {
    this.lift();
    this.paint();
  }
}

/** Through the middles between the points: a mouse gives few, and a pen's line has no corners. */
function smooth(g, stroke, size) {
  const at = stroke.map(([x, y]) => [x * size, y * size]);
  g.moveTo(...at[0]);
  at.slice(1, -1).forEach(([x, y], i) => g.quadraticCurveTo(x, y, (x + at[i + 2][0]) / 2, (y + at[i + 2][1]) / 2));
  g.lineTo(...at.at(-1));
}

/** Back to front: paper, the test digit below, where to go on, the strokes, the pen that the keys move. */
export function paintPad(g, size, { look: { ink, accent }, strokes, below, guide, pen }) {
  const write = (words, x, font) => {
    g.font = `${font}px system-ui, sans-serif`;
    g.fillText(words, x * size, size / 2);
  };
  g.lineJoin = g.lineCap = 'round';
  g.textAlign = 'center';
  g.textBaseline = 'middle';
  g.imageSmoothingEnabled = false;
  g.fillStyle = g.strokeStyle = ink;
  g.globalAlpha = 0.045;
  g.fillRect(0, 0, size, size);
  g.globalAlpha = 1;
  if (below) g.drawImage(below, 0, 0, size, size);
  g.globalAlpha = 0.6;
  if (guide) {
    g.beginPath();
    guide.forEach(stroke => smooth(g, stroke, size));
    g.lineWidth = 2.5;
    g.setLineDash([1, 7]);
    g.stroke();
    g.setLineDash([]);
    if (strokes.length < 2) write('close it', 0.15, 13); // no other stroke stands there
  }
  if (!below && !strokes.length) write('draw a digit here', 0.5, 15);
  g.globalAlpha = 1;
  g.beginPath();
  strokes.forEach(stroke => smooth(g, stroke, size));
  g.strokeStyle = accent;
  g.lineWidth = (PEN / SIDE) * size;
  g.stroke();
  if (!pen) return;
  g.beginPath();
  g.arc(pen.x * size, pen.y * size, ((PEN / SIDE) * size) / 2 + 3, 0, TAU);
  g.strokeStyle = ink;
  g.lineWidth = pen.down ? 3 : 1.5;
  g.setLineDash(pen.down ? [] : [3, 4]);
  g.stroke();
  g.setLineDash([]);
}

/** `canvas`, 28 x 28, with ink of 0..1: white on black, or in one `color` [r, g, b] on nothing. */
export function bitmap(canvas, ink, color = null) {
  canvas.width = canvas.height = SIDE;
  const image = new ImageData(SIDE, SIDE);
  for (let i = 0; i < SIDE * SIDE; i++) {
    const value = ink ? Math.round(ink[i] * 255) : 0;
    image.data.set(color ? [...color, value] : [value, value, value, 255], 4 * i);
  }
  canvas.getContext('2d').putImageData(image, 0, 0);
  return canvas;
}
