// A run of LiveLab: what trains in the page, from the seed, and the curves of how it came where it stands.
import { calm } from '../kit/view.js';
import { bytes, inflate } from '../kit/bytes.js';
import { Training, firstFeatures, firstScale } from '../kit/training.js';
import { TAU } from '../kit/numbers.js';
import { KINDS, measured } from './maths.js';

const HIDDEN = [64, 64, 64],
  LEAK = 0.25,
  BATCH = 128,
  PAUSE = 40, // steps without a change that end one
  MOST = 400, // points of a curve: more than it has pixels
  AT_ONCE = 200; // steps of which only the result is shown, where motion is reduced

/** How many steps *play* asks for. */
const untilPaused = () => (calm() ? AT_ONCE : Infinity);

/** Numbers in 0…1 that a seed decides (mulberry32). */
export function chanceOf(seed) {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

/** Linear layers and PReLU from `wide` numbers into the plane, as chance has them. */
export function randomLayers(wide, chance) {
  const sizes = [wide, ...HIDDEN, 2];
  return HIDDEN.concat(2).flatMap((to, i) => {
    const from = sizes[i],
      reach = Math.sqrt(6 / (from * (1 + LEAK * LEAK))),
      weight = Float32Array.from({ length: from * to }, () => (2 * chance() - 1) * reach);
    const layer = { op: 'linear', from, to, weight, bias: new Float32Array(to) };
    return i < HIDDEN.length ? [layer, { op: 'prelu', slopes: new Float32Array(to).fill(LEAK) }] : [layer];
  });
}

/** Class weights, x and y by turns: as chance has them, or evenly on the circle. */
export function firstWeights(classes, start, chance) {
  return Float32Array.from({ length: 2 * classes }, (_, i) => {
    const turn = (TAU * Math.floor(i / 2)) / classes;
    if (start === 'even') return i % 2 ? Math.sin(turn) : Math.cos(turn);
    return Math.sqrt(-2 * Math.log(1 - chance())) * Math.cos(TAU * chance());
  });
}

/** The digits of all sources, unpacked: { inputs, shown, labels, shownLabels, step } each. */
export async function unpackExamples(examples) {
  const made = Object.entries(examples).map(async ([source, { step, ...packed }]) => {
    const parts = await Promise.all(Object.entries(packed).map(async ([k, text]) => [k, await inflate(bytes(text))]));
    const { inputs, shown, labels, shown_labels: shownLabels } = Object.fromEntries(parts);
    return [
      source,
      { step, inputs: new Int8Array(inputs.buffer), shown: new Int8Array(shown.buffer), labels, shownLabels },
    ];
  });
  return Object.fromEntries(await Promise.all(made));
}

/** The run of a view: play, pause, step, reset, and what is shown of it; `moved()` is called when that has changed. */
export class Run {
  playing = false;
  setsPoints = false; // while own points are set from here
  tag = 0;

  constructor(model, examples, moved) {
    Object.assign(this, { model, examples, moved });
    this.reset();
  }

  get source() {
    return this.model.get('source');
  }
  head() {
    const [loss, margins] = [this.model.get('loss'), this.model.get('margins')],
      kind = KINDS[loss];
    const scale = kind.scaled ? this.model.get('scale') : firstScale(loss, null, this.model.get('classes'));
    return { loss, margin: kind.margin ? margins[kind.margin] : null, scale };
  }
  /** The network before any training, or points without one. */
  start() {
    const chance = chanceOf(this.model.get('seed')),
      weight = firstWeights(this.model.get('classes'), this.model.get('start'), chance);
    if (this.source === 'points') return this.fromPoints(weight);
    const { inputs, labels, step, shown } = this.examples[this.source];
    return {
      layers: randomLayers(inputs.length / labels.length, chance),
      inputs,
      labels,
      step,
      shown,
      weight,
      batch: BATCH,
    };
  }
  fromPoints(weight) {
    const points = this.model.get('points');
    return {
      ...{ layers: [], shown: null, weight, batch: Math.max(1, points.length) },
      inputs: Float32Array.from(points.flatMap(point => point.slice(0, 2))),
      labels: Uint8Array.from(points, ([, , label]) => label),
    };
  }
  labels() {
    return this.source === 'points'
      ? Uint8Array.from(this.model.get('points'), ([, , label]) => label)
      : this.examples[this.source].shownLabels;
  }

  /** Begin anew from the seed; playing goes on. */
  reset() {
    this.training?.end();
    this.training = null;
    this.first = this.start();
    this.rows = [];
    this.changes = [];
    this.touched = -Infinity;
    this.problem = '';
    this.before = 0; // steps of trainings that own points have ended
    this.take({
      step: 0,
      loss: NaN,
      scale: this.head().scale,
      weight: this.first.weight,
      features: firstFeatures(this.first),
    });
    if (this.playing) this.go(untilPaused());
    this.moved();
  }
  play() {
    this.playing = !this.playing;
    this.problem = '';
    this.go(this.playing ? untilPaused() : 0);
  }
  step() {
    if (!this.playing) this.go(this.model.get('speed'));
  }
  go(steps) {
    if (!this.first.labels.length) this.playing = false;
    else if (steps || this.training) {
      this.begin();
      this.training.tell('go', { steps });
    }
    this.moved();
  }
  begin() {
    if (this.training) return;
    this.training = new Training(frame => this.heard(frame));
    this.training.tell('begin', { ...this.first, tag: ++this.tag });
    this.use();
  }
  use() {
    const speed = calm() ? Infinity : this.model.get('speed');
    this.training?.tell('use', { head: this.head(), rate: this.model.get('rate'), speed });
  }
  heard(frame) {
    if (frame.tag !== this.tag || (calm() && !frame.rests)) return this.training.tell('painted');
    if (frame.failed || calm()) this.playing = false;
    if (frame.failed) this.problem = this.stopped(frame);
    this.take({ ...frame, step: frame.step + this.before });
    this.moved();
  }
  stopped({ step, scale }) {
    const runs =
      this.model.get('loss') === 'adacos_dynamic' ? `: AdaCos’s scale has run away, to ${scale.toPrecision(2)}` : '';
    return `Training stopped at step ${step + this.before}: the loss is no number any more${runs}. Reset begins anew.`;
  }
  take(frame) {
    const scaled = KINDS[this.model.get('loss')].scaled || /adacos/.test(this.model.get('loss'));
    this.moment = {
      ...{ step: frame.step, loss: frame.loss, scale: scaled ? frame.scale : NaN },
      ...measured(frame.features, frame.weight, this.labels(), this.model.get('loss')),
    };
    const last = this.rows.at(-1);
    if (last?.step === frame.step) {
      if (Number.isNaN(frame.loss)) this.moment.loss = last.loss;
      this.rows.pop();
    }
    this.rows.push(this.moment);
    if (this.rows.length > MOST) this.rows = this.rows.filter((row, i) => i % 2 === 0 || row === this.moment);
  }
  painted() {
    this.training?.tell('painted');
  }

  /** Something is set to another value: it acts from the next step on, and leaves a mark. */
  changed(what, from, to) {
    const { step } = this.moment,
      last = this.changes.at(-1);
    if (step && from !== to) {
      if (last?.what === what && step - this.touched <= PAUSE) last.to = to;
      else this.changes.push({ step, what, from, to });
      if (this.changes.at(-1).from === this.changes.at(-1).to) this.changes.pop();
      this.touched = step;
    }
    this.use();
    const moves = this.model.get('loss') === 'adacos_dynamic' && what !== 'loss';
    this.take({ ...this.moment, scale: moves ? this.moment.scale : this.head().scale });
    this.moved();
  }
  /** Points of the reader's own: those that stay go on from where they are, and so do the class weights. */
  own(points) {
    this.setsPoints = true;
    this.model.set('points', points);
    this.setsPoints = false;
    this.before = this.moment.step;
    this.first = this.fromPoints(Float32Array.from(this.moment.weight));
    this.take({ ...this.moment, loss: NaN, features: this.first.inputs });
    this.training?.tell('begin', { ...this.first, tag: ++this.tag });
    this.go(this.playing ? untilPaused() : 0);
  }
  /** A training that is ended is begun anew. */
  end() {
    this.playing = false;
    if (this.training) this.reset();
  }
}
