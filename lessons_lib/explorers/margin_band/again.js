// MarginBand's buttons: train again where there is a kernel, replay a recorded training where there is none, undo.
import { button, element } from '../kit/view.js';
import { askedText } from './words.js';

const IN_LAB = 'so open this notebook in JupyterLab and run this cell.';
const ALONE = `Train again at this margin: that needs a kernel, ${IN_LAB}`;
const REPLAYED = `This replays a recorded training: other losses, margins and scales need a kernel, ${IN_LAB}`;
const NO_IMAGES = 'Train again at this margin: that needs images, MarginBand(run, data).';

/** `hand` has retrain(), replay() and undo(). */
export function againButtons(model, hand) {
  const recording = () => (model.alone && model.get('recording').steps ? model.get('recording') : null);
  const again = button('', () => (recording() ? hand.replay() : hand.retrain())),
    undo = button('as first trained', hand.undo);
  const cannot = element('span', { class: 'soft' });
  const root = element('div', { class: 'buttons' }, again, cannot, undo);
  const name = replayed => (replayed ? `replay ${askedText(replayed)}` : 'train again at this margin');
  function update(moved) {
    const training = model.get('training'),
      replayed = recording();
    const text = training ? `${replayed ? 'replaying' : 'training'} … ${Math.round(100 * training)} %` : name(replayed);
    if (again.dataset.text !== text) {
      again.dataset.text = text;
      again.innerHTML = text;
    }
    const rests = again.disabled && !training;
    again.disabled = training > 0;
    again.hidden = model.alone ? !replayed : !model.get('trainable');
    cannot.textContent = replayed ? REPLAYED : model.alone ? ALONE : model.get('trainable') ? '' : NO_IMAGES;
    // disabled, it lost it
    if (replayed && rests && document.activeElement === document.body) again.focus({ preventScroll: true });
    undo.classList.toggle('gone', !moved || training > 0);
  }
  return { root, update };
}
