// PairMatrix: a batch of images and captions as a matrix of cosines. Drag the scale and see which pairs still push.
import { element, roomy, surface, write } from '../kit/view.js';
import { curves } from '../kit/curves.js';
import { WAYS as ARROWS, worked } from '../kit/controls.js';
import { hold } from '../kit/hold.js';
import { clamp, kept } from '../kit/numbers.js';
import { knobsOf, deskOf } from './controls.js';
import { unpacked } from './data.js';
import { matrixFrame } from './frame.js';
import { anglesTo, batchOf, cosinesOf } from './maths.js';
import { paintMatrix } from './matrix.js';
import { paintCircle } from './circle.js';
import { paintStrip, stripHeight } from './strip.js';
import { batchSentence, cellSentence, changeText, gradientFormula, landingSentence } from './words.js';
import STYLE from './style.css' with { type: 'text' };

const PARAMS = ['way', 'scale', 'margin', 'bias'],
  DRAWN = [...PARAMS, 'written'],
  SETTINGS = ['way', 'scale', 'margin', 'bias', 'row', 'column', 'written'];
const CIRCLE = 300; // pixels
const HINT =
  'A press on a cell reads it; arrow keys go from cell to cell, Enter writes its caption. Rings: before the last ' +
  'change. Dashed: a wrong pair of the same digit. A full disc is a gradient of <i>s</i>/<i>B</i>.';

/** What the captions of a batch are, as the reader wrote them, and where they stand. */
function captionsOf(data) {
  const known = new Map();
  const landed = text => kept(known, text, 200, () => data.embed(text));
  const own = (written, j) => Boolean(data.embed && written[j]?.trim());
  return {
    own,
    text: (written, j) => (own(written, j) ? written[j].trim() : data.captions[j]),
    at: (written, j) => (own(written, j) ? landed(written[j].trim()) : { at: data.texts[j], known: 1 }),
  };
}

/** The batch with these settings: captions, cosines, losses. */
function stateOf(data, captions, { written, ...p }) {
  const all = data.captions.map((_, j) => j),
    places = all.map(j => captions.at(written, j)),
    cosines = cosinesOf(
      data.images,
      places.map(({ at }) => at),
    );
  return {
    p,
    places,
    cosines,
    batch: batchOf(cosines, p),
    captions: all.map(j => captions.text(written, j)),
    own: all.map(j => captions.own(written, j)),
  };
}

/** The parts on the page. */
function partsOf(model, data, figure) {
  const label = 'matrix of images and captions: arrow keys choose a cell, Enter writes its caption',
    canvas = worked(label, { class: 'matrix' }),
    place = element('canvas', { 'aria-hidden': 'true' }),
    landing = element('p', { class: 'landing' });
  const put = (text, keep) => {
    const column = model.get('column');
    figure.move(`caption ${column}`, { written: { ...model.get('written'), [column]: text } }, keep);
  };
  const desk = data.embed && deskOf(data.tries, put, figure.save),
    knobs = knobsOf(model, data.captions.length, {
      put: values => figure.move('way', values),
      move: (name, value) => figure.move(name, { [name]: value }),
    });
  figure.lay({
    knobs: knobs.nodes,
    field: [canvas],
    run: [element('div', { class: 'batch' }, roomy([figure.caption], [252]))],
    words: [roomy([figure.read], [434]), figure.formula],
    side: [...(desk ? [desk.root] : []), landing, place],
  });
  return { canvas, place, landing, desk, knobs };
}

/** Pixels of the widest of some texts, as the matrix writes them. */
function widest(canvas, texts) {
  const g = canvas.getContext('2d');
  g.font = '600 13px system-ui, sans-serif';
  return Math.max(...texts.map(text => g.measureText(text).width)) + 4;
}

/** Where a caption lands: on the circle where there is one, else its angles. */
function paintPlace(canvas, width, state) {
  const flat = state.data.rays[0].length === 2,
    g = surface(canvas, width, flat ? Math.min(width, CIRCLE) : stripHeight(state.digits.length));
  (flat ? paintCircle : paintStrip)(g, width, state);
}

/** What moves over the matrix: a pointer, or keys. */
function handOn(canvas, { model, figure, frame, desk, over }) {
  const choose = (row, column) => {
    over(null); // what was chosen last is read, wherever the mouse rests
    if (row === model.get('row') && column === model.get('column')) return;
    figure.set({ row, column });
    figure.draw();
  };
  const found = spot => {
    const { at, part, columnOf } = frame(),
      what = part(spot);
    if (what === 'cell') return at(spot);
    const k = what === 'image' ? at(spot)[0] : columnOf(spot);
    return what ? [k, k] : null;
  };
  const move = spot => choose(...frame().at(spot));
  hold(canvas, {
    find(spot) {
      const cell = frame() && found(spot);
      if (!cell) return null;
      const does = frame().part(spot) === 'cell' ? { move } : { tap: () => choose(...cell) };
      return { cell, cursor: 'pointer', scrolls: true, ...does };
    },
    hover: grip => over(grip?.cell ?? null),
    press({ key }) {
      const [dx, dy] = ARROWS[key] ?? [0, 0],
        inside = k => clamp(k, 0, frame().B - 1);
      if (dx || dy) choose(inside(model.get('row') - dy), inside(model.get('column') + dx));
      else if (key === 'Enter' && desk) desk.input.focus();
      else return false;
      return true;
    },
    keys: ({ end }) => (end === undefined ? false : choose(model.get('row'), end * (frame().B - 1))),
    done: figure.save,
    kept: figure.kept,
    draw: figure.draw,
  });
}

async function render({ model, el }) {
  const data = await unpacked(model),
    figure = curves({ model, el }, { css: STYLE, settings: SETTINGS, drawn: DRAWN, hint: HINT }),
    { pick, draw } = figure,
    captions = captionsOf(data),
    { canvas, place, landing, desk, knobs } = partsOf(model, data, figure);
  let frame = null,
    over = null,
    longest = 0;

  function speak(state) {
    const [, j] = state.cell,
      { angles, byAngle } = anglesTo(state.places[j].at, data.rays),
      land = { text: state.captions[j], known: state.places[j].known, digits: data.digits, angles, byAngle };
    const read = [changeText(state), cellSentence(state)].filter(Boolean).join(' ');
    figure.tell({ caption: batchSentence(state), read, formula: gradientFormula(state) }, Boolean(over));
    write(landing, landingSentence(land));
    desk?.update({ text: state.captions[j], given: data.captions[j], digit: data.labels[j], own: state.own[j] });
    return land;
  }
  function paint(_, width, across) {
    const { before, row, column } = pick(['before', 'row', 'column']),
      now = pick(DRAWN),
      state = { data, ...stateOf(data, captions, now), cell: [row, column], over, look: figure.look() },
      past = before?.way && JSON.stringify(before) !== JSON.stringify(now) ? stateOf(data, captions, before) : null;
    longest ||= widest(canvas, data.captions);
    frame = matrixFrame(width, data.captions.length, longest);
    Object.assign(state, { before, was: past?.batch ?? null, formerly: past?.captions ?? state.captions });
    state.focus = canvas.matches(':focus-visible');
    paintMatrix(surface(canvas, width, frame.height), frame, state);
    knobs.update(state.p);
    const land = speak(state);
    paintPlace(place, across, { ...state, ...land });
    return false;
  }
  handOn(canvas, {
    ...{ model, figure, desk, frame: () => frame },
    over: cell => {
      if (String(cell) !== String(over)) draw();
      over = cell;
    },
  });
  return figure.live({ canvases: [canvas, place], paint });
}

export default { render };
