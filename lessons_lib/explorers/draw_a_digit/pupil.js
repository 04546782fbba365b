// The network while it is taught: who has been taught what, the training that is under way, and what it came to.
import { calm } from '../kit/view.js';
import { Training } from '../kit/training.js';
import { forward, reading } from './network.js';
import { PLAN, batchesOf, embedded, readable, readerAfter, rightly } from './teach.js';

export const same = (one, other) => JSON.stringify(one) === JSON.stringify(other);
const PACE = 4; // steps a frame at most, so that one can follow

/**
 * What was taught last, or forgotten, and what it came to.
 *
 * @typedef {object} News
 * @property {'start' | 'taught' | 'again' | 'forgotten'} what
 * @property {import('./teach.js').Taught} one the digit that was taught
 * @property {object} before its reading before
 * @property {object} after and as it is now
 * @property {number} wasRight dots read rightly before
 * @property {number} right and now
 * @property {number} step of the training; `busy` while it goes on
 */

/**
 * Teaches the network. `asked` are entries of the trait `taught`, `taughtFrom(entry)` makes a Taught of one;
 * `changed()` is called whenever the reader has changed.
 */
export class Pupil {
  training = null;
  asked = []; // what it is taught, as it was asked for
  taught = []; // the same as Taught
  busy = false;
  unpainted = false;
  from = null; // where the packed dots are at the start

  constructor({ lesson, start, taughtFrom, changed }) {
    Object.assign(this, { lesson, start, taughtFrom, changed });
    this.restore();
    this.news = { what: 'start', right: rightly(start) };
  }

  /** It is to know these and no others. More than before: it goes on from where it stands; else from the start. */
  follow(asked) {
    if (same(asked, this.asked)) return;
    const known = this.asked,
      more = asked.length > known.length && known.every((one, i) => same(one, asked[i]));
    this.halt();
    this.asked = asked;
    this.taught = asked.map(one => this.taughtFrom(one));
    const wasRight = rightly(this.reader),
      before = asked.length && this.read(this.taught.at(-1));
    if (!more) this.restore();
    if (!asked.length) this.news = { what: 'forgotten', right: rightly(this.start) };
    else
      this.train({ what: asked.length < known.length ? 'again' : 'taught', one: this.taught.at(-1), before, wasRight });
    this.changed();
  }
  /** The same once more, for one that is taught already. */
  goOn(asked) {
    this.halt();
    const one = this.taught[this.asked.findIndex(other => same(other, asked))];
    this.train({ what: 'taught', one, before: this.read(one), wasRight: rightly(this.reader) });
    this.changed();
  }
  /** What it makes of a taught digit now. */
  read({ x }) {
    const at = [...forward(this.reader.layers, x)];
    return { ...reading(at, this.reader.weight), x: at };
  }
  /** The page has painted what it was shown. */
  painted() {
    if (!this.unpainted) return;
    this.unpainted = false;
    this.training?.tell('painted');
  }
  halt() {
    this.training?.end();
    this.training = null;
    this.busy = false;
  }

  restore() {
    this.reader = this.start;
    this.now = { layers: this.lesson?.layers, weight: this.lesson?.weight };
  }
  train(news) {
    const { lesson, now } = this,
      { shown } = lesson;
    this.from ??= embedded(readable(lesson.layers), shown, this.start.points.length);
    this.phase = 0;
    this.busy = true;
    this.news = { ...news, step: 0 };
    this.training = new Training(frame => this.heard(frame));
    this.training.tell('begin', { ...now, ...batchesOf(lesson, this.taught), shown });
    this.training.tell('open');
    this.go();
  }
  go() {
    const { steps, rate } = PLAN[this.phase];
    this.training.tell('use', { head: this.lesson.head, rate, speed: calm() ? steps : PACE });
    this.training.tell('go', { steps });
  }
  heard(frame) {
    this.phase += Number(frame.rests);
    const done = frame.failed || this.phase === PLAN.length;
    if (!frame.failed) this.now = { layers: frame.layers, weight: frame.weight };
    if (done) this.halt();
    else if (frame.rests) this.go();
    if (calm() && !done)
      this.training.tell('painted'); // only what it comes to is shown
    else this.show(frame);
  }
  show(frame) {
    if (!frame.failed)
      this.reader = readerAfter(this.start, this.lesson.head.loss, this.from, { ...frame, ...this.now });
    const { news } = this;
    this.news = { ...news, step: frame.step, after: this.read(news.one), right: rightly(this.reader) };
    this.unpainted = true;
    this.changed();
  }
}
