// BoundaryPlane: the plane of two angles, and the circle of the same directions; drag the band's edge, x, the weights.
import { element, part, surface } from '../kit/view.js';
import { choice, named, slider } from '../kit/controls.js';
import { curves } from '../kit/curves.js';
import { announce, held } from '../kit/hold.js';
import { MARGINS, curveFormula } from '../kit/losses.js';
import { marginSlider } from '../kit/margins.js';
import { DEGREE, clamp } from '../kit/numbers.js';
import { bold, degrees, escaped, tight } from '../kit/words.js';
import { circleFrame, paintCircle } from './circle.js';
import { circleHand, planeHand } from './hand.js';
import {
  BETWEEN,
  bandSentence,
  carried,
  marginStep,
  plainDegrees,
  pointReading,
  reach,
  shadow,
  short,
} from './maths.js';
import { paintPlane, planeFrame } from './plane.js';
import STYLE from './style.css' with { type: 'text' };

const SETTINGS = ['loss', 'margins', 'between', 'point'];
const HINT =
  'Drag x, the margin-coloured line at a ring or anywhere, or W₁ and W₂ in the circle; a press on a name above the ' +
  'plane chooses that loss.';
const MARKS = [
  ['1', '', 'one'],
  ['2', 'right enough for class 1, 2', 'two'],
  ['', 'right, not right enough', 'some'],
  ['', 'cannot be', 'no'],
];

/** What can be set: of a loss, of its margin, of the angle between the weights, of the point. */
function actsOn({ pick, set, save, draw }) {
  const state = () => {
    const { loss, margins, between, point } = pick(SETTINGS);
    return { loss, margins, between, point: reach(point, between), m: margins[loss] ?? 0 };
  };
  const put = values => {
    set(values);
    draw();
  };
  const saved =
    act =>
    (...given) => {
      act(...given);
      save();
    };
  const margin = m => {
    const { loss, margins } = state();
    if (MARGINS[loss].range) put({ margins: { ...margins, [loss]: marginStep(loss, m) } });
  };
  const between = angle => {
    const { between: before, point } = state(),
      now = short(clamp(Math.round(angle / DEGREE) * DEGREE, BETWEEN.min, BETWEEN.max));
    put({ between: now, point: carried(point, before, now) });
  };
  return { state, saved, loss: saved(loss => put({ loss })), margin, between, point: point => put({ point }) };
}

/** The controls, and what the formula and the key say. */
function planeControls(acts, model) {
  const losses = choice({
      label: 'loss',
      options: named(MARGINS),
      set: acts.loss,
    }),
    margin = marginSlider(() => model.get('loss'), acts.saved(acts.margin)),
    gap = slider({
      label: '<i>θ</i>₁₂, angle between W₁ and W₂',
      min: 10,
      max: 180,
      step: 1,
      most: '180°',
      show: v => plainDegrees(v * DEGREE),
      set: acts.saved(v => acts.between(v * DEGREE)),
    });
  const marks = MARKS.map(([mark, words, name]) => element('span', { 'data-mark': mark, class: name }, words)),
    key = element('p', { class: 'soft key' }, ...marks),
    asks = element('p', { class: 'soft' }, 'class 1 is right enough where'),
    formula = element('p', { class: 'formula' }),
    aside = element('p', { class: 'soft' });
  function update({ look, loss, m, between, inPlane }) {
    losses.update(loss);
    margin.update(m);
    gap.update(Math.round((between / DEGREE) * 10) / 10);
    formula.innerHTML = `${curveFormula(loss, m, '<i>θ</i>₁')} &gt; cos <i>θ</i>₂`;
    [look.classes[0], look.classes[1], look.accent].forEach((tint, k) => {
      marks[k].style.setProperty('--tint', `color-mix(in srgb,${tint} 22%,${look.paper})`);
    });
    aside.textContent = inPlane
      ? 'In two dimensions x only walks round the circle, which is the border of the rectangle.'
      : 'x is off the plane of W₁ and W₂: needs a third dimension. What is drawn is its shadow.';
  }
  return { head: [losses.root, element('div', {}, asks, formula), margin.root], key, aside, gap: gap.root, update };
}

function speak({ tell }, [field, circle], { loss, m, between, point }, turn, inPlane) {
  const { own, band, said, compared } = pointReading(loss, m, point),
    nearest = own === 1 ? 'x is nearer to W₁' : 'x is nearer to W₂, so read as class 2',
    verdict = band ? `<b class="m">${said}</b>` : bold(said),
    [one, two] = point.map(degrees);
  const sides = compared.map(side => tight(escaped(side))).join(' ');
  tell({ caption: bandSentence(loss, m, between), read: `${nearest}: ${sides}: ${verdict}.` });
  const value = `θ₁ ${one}, θ₂ ${two}, class ${own}: ${said}${inPlane ? '' : ', off the plane of the weights'}`;
  announce(field, point[0] / DEGREE, value);
  announce(circle, (((turn / DEGREE) % 360) + 360) % 360, value);
}

function render({ model, el }) {
  const pasted = () => figure.set({ point: acts.state().point }); // a point that does not exist
  const figure = curves({ model, el }, { css: STYLE, settings: SETTINGS, drawn: [], hint: HINT, pasted }),
    { draw, save } = figure,
    acts = actsOn(figure),
    controls = planeControls(acts, model);
  const field = held(
      'x in the plane of θ₁ and θ₂: arrow left and right change θ₁, up and down θ₂, by 1°, with Shift by 5°',
      180,
    ),
    circle = held(
      'x on the circle of W₁ and W₂: arrow left and right turn it by 1°, with Shift by 5°; Home is W₁, End is W₂',
      360,
    );
  const side = [part('beside', circle, controls.aside, controls.gap)];
  figure.lay({
    field: [field, controls.key],
    most: [
      [250, 148],
      [226, 150],
    ],
    knobs: controls.head,
    side,
  });

  const seen = { hot: false, names: [] };
  function paint(_, width, size) {
    const now = { ...acts.state(), look: figure.look() },
      focused = node => node.matches(':focus-visible'),
      { turn, inPlane } = shadow(now.point, now.between);
    const plane = { ...now, hot: seen.hot, focus: focused(field) };
    seen.names = paintPlane(surface(field, width, planeFrame(width).height), width, plane).clickable;
    const round = surface(circle, size, circleFrame(size, now.between).height);
    paintCircle(round, size, { ...now, focus: focused(circle) });
    controls.update({ ...now, inPlane });
    speak(figure, [field, circle], now, turn, inPlane);
    return false;
  }

  planeHand(field, acts, seen, { done: save, draw });
  circleHand(circle, acts, { done: save, draw });
  return figure.live({ canvases: [field, circle], paint });
}

export default { render };
