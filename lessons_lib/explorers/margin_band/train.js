// MarginBand's training: what one sets is trained in the page, from where the run left off. Angles are radians.
import { calm } from '../kit/view.js';
import { Training } from '../kit/training.js';
import { angleBetween } from '../kit/numbers.js';

const ON = 600; // steps that it goes on after the last change
const ON_CALM = 150; // where motion is unwanted: only their end is shown

/** Whether every class weight stands where the run left it. */
export const isHome = model => model.get('directions').every((angle, k) => angle === model.get('home')[k]);

/**
 * Trains while it is switched on, for the view that this belongs to. `start` is a Start of trainer.js, null where there
 * is nothing to train on; `held()` is the class weight under the reader's hand, or -1; `moved()` is called when there
 * is something new to show.
 */
export class BandTraining {
  on = false;
  agrees = 0;
  #training = null;
  #frame = null;
  #own = false; // it is this training that turns the class weights now
  #known; // the directions it knows of

  constructor(model, start, held, moved) {
    Object.assign(this, { model, start, held, moved });
    this.#known = model.get('home');
  }

  /** What is set has changed, by hand or from Python: it is what is trained now. */
  follow() {
    const { model } = this;
    if (this.#own || !this.start || (!this.#training && !this.on)) return;
    if (this.#frame && isHome(model)) return this.stop(); // put back, in this view or another
    if (!this.#training) {
      this.#training = new Training(told => this.#heard(told));
      this.#training.tell('begin', this.start);
    }
    const loss = model.get('loss'),
      dirs = model.get('directions');
    dirs.forEach((angle, k) => angleBetween(angle, this.#known[k]) > 1e-9 && this.#turn(k));
    this.#known = dirs;
    const head = { loss, margin: model.get('margins')[loss] ?? 0, scale: model.get('scale') };
    this.#training.tell('use', { head, rate: model.get('start').reference.rate, speed: Infinity });
    this.#training.tell('go', { steps: !this.on ? 0 : calm() ? ON_CALM : ON });
  }

  toggle() {
    this.on = !this.on;
    this.follow();
  }

  stop() {
    this.#training?.end();
    this.on = false;
    this.#training = this.#frame = null;
    this.#known = this.model.get('home');
  }

  painted() {
    this.#training?.tell('painted');
  }

  get features() {
    return this.#frame?.features ?? null;
  }

  get steps() {
    return this.#frame?.step ?? 0;
  }

  get rests() {
    return !this.#frame || this.#frame.rests;
  }

  #turn(k) {
    const angle = this.model.get('directions')[k];
    this.#training.tell('turn', { k, x: Math.cos(angle), y: Math.sin(angle) });
  }

  #heard(told) {
    if ('agrees' in told) this.agrees = told.agrees;
    else if (calm() && !told.rests) return this.#training.tell('painted');
    else this.#take(told);
    this.moved();
  }

  #take(told) {
    const { model } = this;
    this.#frame = told;
    this.#known = Array.from(model.get('home'), (_, k) => Math.atan2(told.weight[2 * k + 1], told.weight[2 * k]));
    const hand = this.held(),
      dirs = this.#known.map((angle, k) => (k === hand ? model.get('directions')[k] : angle));
    this.#own = true;
    model.set('trained', true);
    model.set('directions', dirs);
    this.#own = false;
    if (hand >= 0) this.#turn(hand);
    if (!told.rests) return;
    model.save_changes();
    if (!this.agrees) this.#training.tell('compare', model.get('start').reference);
  }
}
