// ClassCost: what a head with many classes costs when its class weights are spread over processes. Drag the number of
// classes along the curve.
import { element, surface } from '../kit/view.js';
import { fold } from '../kit/controls.js';
import { curves } from '../kit/curves.js';
import { announce, held, hold, reachOf } from '../kit/hold.js';
import { costFrame } from './axes.js';
import { costControls, countedText, measuredButton, partsTable } from './controls.js';
import { FEWEST, MOST, restedClasses, steppedClasses } from './maths.js';
import { paintCost } from './paint.js';
import { movedText, roomAndChange, spokenCost, stepSentence } from './words.js';
import STYLE from './style.css' with { type: 'text' };

const SETTINGS = ['loss', 'machine', 'num_classes', 'embedding_size', 'processes', 'batch', 'share'],
  REST = 7; // pixels round a measured number of classes that are its own
const HINT =
    'Drag the ring along its curve, or press anywhere in the plots. Every axis is in powers of ten; thin: before. ',
  MEASURED = 'Lines are the model, dots what was measured: full for the processes chosen, rings for one.',
  MODEL = 'All of it is a model.';

/** What a pointer finds: the ring, which stays until it moves, and elsewhere the place itself. */
function findIn({ frame, ring }, [x, y], near, go) {
  const off = ring[0] - x,
    still = Math.hypot(off, ring[1] - y) < near + 6,
    move = ([at]) => go(frame.classes(still ? at + off : at), REST / frame.decade);
  return { cursor: still ? 'grab' : 'ew-resize', scrolls: true, still, move };
}

/** The plots under the hand: it moves C, and `hand.on` says whether it is over the ring. */
function handOn(canvas, { pick, move, draw, save, kept }, { scene, found, hand }) {
  const put = num_classes => move('num_classes', { num_classes }, () => {}),
    go = (classes, reach) => put(restedClasses(classes, found, reach));
  hold(canvas, {
    find: (spot, event) => scene().frame && findIn(scene(), spot, reachOf(event), go),
    hover: grip => {
      if (hand.on !== Boolean(grip?.still)) draw();
      hand.on = Boolean(grip?.still);
    },
    keys: ({ by, end }) =>
      put(end === undefined ? steppedClasses(pick(['num_classes']).num_classes, by) : [FEWEST, MOST][end]),
    ...{ fast: 5, page: 10, done: save, draw, kept },
  });
}

function render({ model, el }) {
  const points = model.get('points'),
    hint = HINT + (points.length ? MEASURED : MODEL),
    figure = curves({ model, el }, { css: STYLE, settings: SETTINGS, drawn: SETTINGS, hint }),
    { pick, move, seen } = figure,
    given = pick(['counts', 'machines']);
  const canvas = held('number of classes', 100),
    put = values => move(Object.keys(values).join(), values),
    controls = costControls(model, { put, move: (name, value) => move(name, { [name]: value }) }),
    table = partsTable(),
    measured = measuredButton(points, put),
    counted = element('p', { class: 'counted' });
  counted.innerHTML = countedText(given);
  figure.lay({
    field: [canvas],
    most: [
      [238, 318],
      [224, 364],
    ],
    knobs: controls.nodes,
    side: [table.root, ...measured.nodes],
    more: [fold('how it is counted', counted)],
  });
  const hand = { on: false };
  let scene = {};

  function paint(_, width) {
    const shown = seen(canvas, []),
      { p, before: was } = shown,
      before = movedText(was, p) ? was : undefined,
      state = { ...shown, before, given, points, hover: hand.on };
    scene = paintCost(surface(canvas, width, costFrame(width).height), width, state);
    for (const part of [controls, table, measured]) part.update(state);
    figure.tell({ caption: roomAndChange(state), read: stepSentence(state) });
    announce(canvas, (100 * Math.log(p.num_classes / FEWEST)) / Math.log(MOST / FEWEST), spokenCost(p, given));
    return false;
  }
  handOn(canvas, figure, { scene: () => scene, found: points.map(point => point.num_classes), hand });
  return figure.live({ canvases: [canvas], paint });
}

export default { render };
