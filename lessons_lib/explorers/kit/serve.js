// What works in a Worker, or where none is allowed in small slices on the page's own thread: it trains as it is told,
// and shows where it stands, but never more than the page has painted.
import { startScale } from './heads.js';
import { agreement, featuresOf, trainerOf } from './trainer.js';

const AHEAD = 2; // frames that may be under way to the page

/**
 * Serves one figure through a port. Each method below `told` is a task that a message names; it tells
 * { step, loss, scale, weight, features, free, rests, failed, tag, layers }. `slice` is how many milliseconds it may
 * work at a time.
 */
class Serving {
  left = 0; // steps still to be made
  ahead = 0; // frames told and not yet painted
  waiting = 0;
  opened = false; // whether the layers are told as well
  head = null;

  constructor(port, slice) {
    this.port = port;
    this.slice = slice;
    port.onmessage = ({ data: { task, ...given } }) => this[task](given);
  }

  /** told: a Start of trainer.js, and `shown`: inputs of which features are sent; without it those of the examples. */
  begin({ shown = null, tag = 0, ...start }) {
    this.start = start;
    this.tag = tag; // frames carry it: which beginning they are of
    this.trainer = trainerOf(start);
    this.shown = shown;
  }
  /** told: the head, the rate, and the most steps a frame. AdaCos's scale is its own while it stays. */
  use({ head, rate, speed }) {
    const moves = head.loss === 'adacos_dynamic' && this.head?.loss === head.loss;
    this.head = moves ? this.head : { ...head };
    this.rate = rate;
    this.speed = speed;
  }
  /** told: train so many steps more, Infinity for on and on, 0 to rest. */
  go({ steps }) {
    const went = this.left > 0;
    this.left = steps;
    if (went && !steps) this.tell(NaN);
    this.ask();
  }
  /** told: a reader has turned a class weight. */
  turn({ k, x, y }) {
    this.trainer.weight.set([x, y], 2 * k);
  }
  /** told: from now on tell the layers too, for a page that embeds more than the examples. */
  open() {
    this.opened = true;
  }
  /** told: show where it stands. */
  look() {
    this.tell(NaN);
  }
  /** told: say to how many digits a training from the start agrees with PyTorch's, in { agrees }. */
  compare(reference) {
    this.port.postMessage({ agrees: agreement(this.start, reference) });
  }
  /** told: the page has painted. */
  painted() {
    this.ahead = 0;
    this.ask();
  }
  /** told: that was all. */
  end() {
    this.left = 0;
    clearTimeout(this.waiting);
  }

  ask() {
    if (this.left > 0) this.waiting ||= setTimeout(() => this.work(), 0);
  }
  work() {
    this.waiting = 0;
    if (this.left <= 0 || this.ahead >= AHEAD) return;
    const end = performance.now() + this.slice;
    let sum = 0,
      count = 0,
      failed = false;
    while (!failed && this.left > 0 && count < this.speed && (!count || performance.now() < end)) {
      const loss = this.trainer.step(this.head, this.rate);
      failed = Number.isNaN(loss);
      if (failed) break;
      sum += loss;
      count += 1;
      this.left -= 1;
    }
    if (failed) this.left = 0;
    this.tell(count ? sum / count : NaN, failed);
    this.ask();
  }
  tell(loss, failed = false) {
    const { trainer, shown, head } = this,
      rests = this.left <= 0;
    const features = shown ? trainer.embed(shown) : rests ? trainer.embed() : trainer.known.slice();
    this.ahead += 1;
    this.port.postMessage({
      ...{ step: trainer.steps(), loss, scale: head?.scale ?? NaN, weight: trainer.weight.slice() },
      ...{ features, free: trainer.free?.slice(), rests, failed, tag: this.tag },
      layers: this.opened ? trainer.layers : null,
    });
  }
}

export const serve = (port, slice) => new Serving(port, slice);

/** What a page asks before any training: features of the examples, or of those shown; and a loss's own scale. */
export const firstFeatures = start => featuresOf(start, start.shown ?? undefined);
export const firstScale = startScale;
