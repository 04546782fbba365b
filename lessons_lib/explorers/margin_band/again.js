// MarginBand's buttons: train again where there is a kernel, replay a recorded training where there is none, undo.
import { element } from '../kit/view.js';
import { button } from '../kit/controls.js';
import { askedText } from './words.js';

const IN_LAB = 'so open this notebook in JupyterLab and run this cell.';
const ALONE = `Train again at this margin: that needs a kernel, ${IN_LAB}`;
const REPLAYED = `This replays a recorded training: other losses, margins and scales need a kernel, ${IN_LAB}`;
const GONE = 'Train again at this margin: the kernel is gone, so run this cell again.';
const NO_IMAGES = 'Train again at this margin: that needs images, MarginBand(run, data).';

/** `hand` has retrain(), replay() and undo(), and gone(): whether the kernel that trained is no more. */
export function againButtons(model, hand) {
  const recording = () => (model.alone && model.get('recording').steps ? model.get('recording') : null);
  const again = button('', () => (recording() ? hand.replay() : hand.retrain())),
    undo = button('as first trained', hand.undo);
  const cannot = element('span', { class: 'soft' });
  const root = element('div', { class: 'buttons' }, again, cannot, undo);
  const name = replayed => (replayed ? `replay ${askedText(replayed)}` : 'train again at this margin');
  const why = replayed => {
    if (replayed) return REPLAYED;
    if (model.alone) return ALONE;
    if (!model.get('trainable')) return NO_IMAGES;
    return hand.gone() ? GONE : '';
  };
  function update(moved) {
    const training = model.get('training'),
      replayed = recording();
    const text =
      training && !hand.gone()
        ? `${replayed ? 'replaying' : 'training'} … ${Math.round(100 * training)} %`
        : name(replayed);
    if (again.dataset.text !== text) {
      again.dataset.text = text;
      again.innerHTML = text;
    }
    const rests = again.disabled && !training;
    again.disabled = training > 0;
    again.hidden = model.alone ? !replayed : hand.gone() || !model.get('trainable');
    cannot.textContent = why(replayed);
    // disabled, it lost it
    if (replayed && rests && document.activeElement === document.body) again.focus({ preventScroll: true });
    undo.classList.toggle('gone', !moved || training > 0);
  }
  return { root, update };
}
