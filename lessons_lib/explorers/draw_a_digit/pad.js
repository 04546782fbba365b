// A pad to draw on with mouse, pen, finger or keys. Strokes are lists of [x, y] on a pad of side 1, y downwards.
import { element } from '../kit/view.js';
import { ownKeys } from '../kit/controls.js';
import { SIDE, PEN } from './network.js';

const STEP = 0.02,
  NEAR = 0.004; // what an arrow key moves the pen by; points closer than this are one
const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
export const PAD_KEYS =
  'Arrow keys move the pen (with Shift farther), Space puts it down and lifts it, ' +
  'Backspace takes back a stroke, Delete clears, 0 to 9 bring a test digit.';

/**
 * The pad, its pen and its keys. `get` and `set` reach the strokes, `done` is told when a stroke has ended, `paint`
 * that
 * something is to be painted; `undo`, `clear` and `choose(class)` are what the keys ask for.
 */
export function drawingPad({ get, set, done, paint, undo, clear, choose }) {
  const canvas = ownKeys(
    element('canvas', { class: 'pad', tabindex: '0', role: 'application', 'aria-label': `Drawing pad. ${PAD_KEYS}` }),
  );
  const pen = { x: 0.5, y: 0.5, down: false, byKeys: false };
  let pointer = null,
    outside = false;

  const round = value => Math.round(Math.min(1, Math.max(0, value)) * 1e4) / 1e4;
  const begin = (x, y) => set([...get(), [[x, y]]]);
  function extend(x, y) {
    const strokes = get(),
      last = strokes.at(-1),
      end = last?.at(-1);
    if (!last) begin(x, y);
    else if (Math.hypot(x - end[0], y - end[1]) >= NEAR) set([...strokes.slice(0, -1), [...last, [x, y]]]);
  }
  /** The stroke that is being drawn ends here, whatever happens to it next. */
  function lift() {
    const drawing = pointer !== null || pen.down;
    pointer = null;
    pen.down = false;
    if (drawing) {
      done();
      paint();
    }
  }
  const listen = {
    pointerdown(event) {
      if (event.button || !event.isPrimary) return;
      lift();
      canvas.setPointerCapture(event.pointerId);
      pointer = event.pointerId;
      outside = true;
      pen.byKeys = false;
      listen.pointermove(event);
    },
    pointermove(event) {
      if (event.pointerId !== pointer) return;
      const box = canvas.getBoundingClientRect(),
        moves = event.getCoalescedEvents?.() ?? [];
      for (const { clientX, clientY } of moves.length ? moves : [event]) {
        const x = (clientX - box.left) / box.width,
          y = (clientY - box.top) / box.height;
        const inside = x >= 0 && x <= 1 && y >= 0 && y <= 1; // no ink outside; back inside a new stroke begins
        if (inside) (outside ? begin : extend)(round(x), round(y));
        outside = !inside;
      }
      paint();
    },
    pointerup: event => {
      if (event.pointerId === pointer) lift();
    },
    keydown(event) {
      if (event.ctrlKey || event.metaKey || event.altKey) return;
      const arrow = ARROWS[event.key];
      if (arrow) {
        const step = event.shiftKey ? 3 * STEP : STEP;
        pen.x = round(pen.x + arrow[0] * step);
        pen.y = round(pen.y + arrow[1] * step);
        if (pen.down) extend(pen.x, pen.y);
      } else if (event.key === ' ') {
        if (pen.down) lift();
        else {
          lift();
          pen.down = true;
          begin(pen.x, pen.y);
        }
      } else if (event.key === 'Backspace') undo();
      else if (event.key === 'Delete') clear();
      else if (/^\d$/.test(event.key)) choose(+event.key);
      else return;
      event.preventDefault();
      pen.byKeys = true;
      paint();
    },
    focus() {
      pen.byKeys = canvas.matches(':focus-visible');
      paint();
    },
    blur() {
      lift();
      paint();
    },
  };
  listen.pointercancel = listen.lostpointercapture = listen.pointerup;
  for (const [type, heard] of Object.entries(listen)) canvas.addEventListener(type, heard);
  return { canvas, lift, keyboard: () => (pen.byKeys && canvas.matches(':focus') ? pen : null) };
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
    write('close it', 0.15, 13);
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
  g.arc(pen.x * size, pen.y * size, ((PEN / SIDE) * size) / 2 + 3, 0, 2 * Math.PI);
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
