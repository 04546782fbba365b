// What one teaches with: a button for each class, and what has been taught, each to be forgotten.
import { element } from '../kit/view.js';
import { button, offer, ownKeys } from '../kit/controls.js';
import { bitmap } from './pad.js';

/** Ten buttons and one stop of the Tab key: arrow keys reach the others, 0 to 9 press one wherever the focus is. */
function labelButtons(classes, teach) {
  const buttons = Array.from({ length: classes }, (_, k) =>
    button(`${k}`, () => teach(k), { 'aria-label': `Teach it as ${k}`, tabindex: k ? -1 : 0 }),
  );
  function reach(k) {
    buttons.forEach((other, i) => (other.tabIndex = i === k ? 0 : -1));
    buttons[k].focus();
  }
  const keydown = event => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const at = buttons.findIndex(other => other.matches(':focus')),
      step = { ArrowLeft: -1, ArrowUp: -1, ArrowRight: 1, ArrowDown: 1 }[event.key];
    if (step) reach((at + step + classes) % classes);
    else if (/^\d$/.test(event.key) && buttons[event.key]) buttons[event.key].click();
    else return;
    event.preventDefault();
  };
  const group = { class: 'labels', role: 'group', 'aria-label': 'Teach it: this digit is a …' };
  const root = element('div', group, ...buttons);
  for (const one of buttons) one.addEventListener('keydown', keydown);
  return { root, buttons };
}

/**
 * The line of labels and the line of what is taught. `teach(k)`, `forget(n)` and `forget()`, all of them, are what a
 * reader asks for; `show` is told what is taught, the label of what is drawn now if it has one, whether there is room
 * for another, and the page's colours.
 */
export function labelDesk(classes, { teach, forget }) {
  const { root: labels, buttons } = labelButtons(classes, teach),
    chips = element('div', { class: 'chips', role: 'group', 'aria-label': 'Taught digits' }),
    all = button('forget all', () => forget());
  const root = element(
    'div',
    { class: 'teach' },
    element('span', {}, 'Teach it: this is'),
    labels,
    element('div', { class: 'taught' }, chips, all),
  );
  let shown = null;
  /** @param {{ taught: import('./teach.js').Taught[], own: number | null, open: boolean, look: object }} state */
  function show({ taught, own, open, look }) {
    buttons.forEach((one, k) => {
      one.style.cssText = `background:${look.classes[k]};color:${look.onClass(k)}`;
      offer(one, open);
      one.setAttribute('aria-pressed', own === k);
    });
    all.style.visibility = taught.length ? '' : 'hidden';
    if (shown?.taught === taught && shown.look === look) return;
    shown = { taught, look };
    const focused = root.querySelector('.taught').contains(root.getRootNode().activeElement);
    chips.replaceChildren(...taught.map((one, n) => chip(one, look, () => forget(n))));
    if (!taught.length) chips.append(element('span', { class: 'soft' }, 'What you teach will stand here.'));
    if (focused) (chips.querySelector('button:last-child') ?? buttons.find(one => one.tabIndex === 0)).focus();
  }
  return { root, show };
}

function chip({ image, label }, look, forget) {
  const one = ownKeys(
    element('button', { type: 'button', 'aria-label': `Forget the ${label}`, title: 'forget it', click: forget }),
  );
  const badge = element('b', {}, `${label}`);
  badge.style.cssText = `background:${look.classes[label]};color:${look.onClass(label)}`;
  one.append(bitmap(element('canvas'), image), badge, '×');
  return one;
}
