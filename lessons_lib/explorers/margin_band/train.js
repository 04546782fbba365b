// MarginBand's training: what one sets is trained in the page, from where the run left off. Angles are radians.
import { calm } from '../kit/view.js';
import { Training } from '../kit/training.js';
import { angleBetween } from './band.js';

const ON = 600; // steps that it goes on after the last change
const ON_CALM = 150; // where motion is unwanted: only their end is shown

/**
 * Trains while it is switched on, for the view that this belongs to. `start` is a Start of trainer.js, null where there
 * is nothing to train on; `held()` is the class weight under the reader's hand, or -1; `moved()` is called when there
 * is something new to show.
 */
export function bandTraining(model, start, held, moved) {
  let training = null,
    frame = null,
    known = model.get('home'),
    agrees = 0,
    on = false,
    own = false;
  const turn = k => {
    const angle = model.get('directions')[k];
    training.tell('turn', { k, x: Math.cos(angle), y: Math.sin(angle) });
  };
  function heard(told) {
    if ('agrees' in told) agrees = told.agrees;
    else if (calm() && !told.rests) return training.tell('painted');
    else take(told);
    moved();
  }
  function take(told) {
    frame = told;
    known = Array.from(model.get('home'), (_, k) => Math.atan2(told.weight[2 * k + 1], told.weight[2 * k]));
    const hand = held(),
      dirs = known.map((angle, k) => (k === hand ? model.get('directions')[k] : angle));
    own = true;
    model.set('directions', dirs);
    own = false;
    if (hand >= 0) turn(hand);
    if (!told.rests) return;
    model.save_changes();
    if (!agrees) training.tell('compare', model.get('start').reference);
  }
  /** What is set has changed, by hand or from Python: it is what is trained now. */
  function follow() {
    if (own || !start || (!training && !on)) return;
    if (!training) {
      training = new Training(heard);
      training.tell('begin', start);
    }
    const loss = model.get('loss'),
      dirs = model.get('directions');
    dirs.forEach((angle, k) => angleBetween(angle, known[k]) > 1e-9 && turn(k));
    known = dirs;
    const head = { loss, margin: model.get('margins')[loss] ?? 0, scale: model.get('scale') };
    training.tell('use', { head, rate: model.get('start').reference.rate, speed: Infinity });
    training.tell('go', { steps: !on ? 0 : calm() ? ON_CALM : ON });
  }
  function stop() {
    training?.end();
    on = false;
    training = frame = null;
    known = model.get('home');
  }
  return {
    follow,
    stop,
    on: () => on,
    toggle() {
      on = !on;
      follow();
    },
    painted: () => training?.tell('painted'),
    features: () => frame?.features ?? null,
    steps: () => frame?.step ?? 0,
    rests: () => !frame || frame.rests,
    agrees: () => agrees,
  };
}
