// What stands around ChargeSphere's canvas: surface, number, the three laws with their energies, the buttons.
import { element, part, roomy, write } from '../kit/view.js';
import { button, choice, fold, ownKeys, renamed, slider } from '../kit/controls.js';
import { degrees } from '../kit/words.js';
import { FEWEST, LAWS, MOST } from './maths.js';
import { energyText, lawNote } from './words.js';

const FORMULAS = {
  uniform: 'mean 1/(<i>d</i> + 1)',
  coulomb: 'Σ 1/<i>d</i>',
  steep: '1/<i>d<sup>p</sup></i>, <i>p</i> rising',
};
const TITLES = { uniform: 'UniformFace', coulomb: 'Coulomb', steep: 'steep' };
/**
 * One row a law: it chooses, and reads the energy now beside the least that is known; of the steep law, the smallest
 * angle.
 */
function lawTable(choose) {
  const group = `laws-${Math.floor(Math.random() * 1e12)}`,
    rows = {};
  const root = element(
    'div',
    { class: 'laws', role: 'radiogroup', 'aria-label': 'law of repulsion' },
    part('row soft', ...['law and its energy', 'now', 'optimum'].map(text => element('span', {}, text))),
    ...Object.keys(LAWS).map(law => {
      const input = ownKeys(
          element('input', {
            type: 'radio',
            name: group,
            value: law,
            'aria-label': TITLES[law],
            change: () => choose(law),
          }),
        ),
        name = element('span');
      rows[law] = { input, now: element('b'), best: element('span') };
      name.innerHTML = `${TITLES[law]} <em>${FORMULAS[law]}</em>`;
      name.prepend(input);
      return element('label', { class: 'row' }, name, rows[law].now, rows[law].best);
    }),
  );
  return {
    root,
    update(chosen, found) {
      for (const [law, { input, now, best }] of Object.entries(rows)) {
        input.checked = law === chosen;
        write(now, law === 'steep' ? degrees(found.angle) : energyText(law, found.energies[law]));
        write(best, law === 'steep' ? degrees(found.tammes) : energyText(law, found.best[law]));
      }
    },
  };
}

/** All controls; `act` holds what they do: size(2|3), count(n), law(name), toggle(), shake(), start(name). */
export function chargeControls(trained, act, aside) {
  const row = (name, { root }) => part('line', element('span', {}, name), root),
    several = (label, options, set) => choice({ label, options, set });
  const names = [...trained.map(({ name }) => name), 'random'],
    surface = several(
      'surface',
      [
        ['2', 'circle'],
        ['3', 'sphere'],
      ],
      value => act.size(Number(value)),
    ),
    count = slider({ label: 'charges', min: FEWEST, max: MOST, step: 1, show: String, set: act.count }),
    start = several(
      'start',
      names.map(name => [name, name]),
      act.start,
    ),
    go = renamed(['let go', 'hold still'], act.toggle),
    shake = button('shake', act.shake),
    again = renamed(['throw anew', ...(trained.length ? ['back to trained'] : [])], () => act.start(null)),
    laws = lawTable(act.law),
    strip = element('canvas', { role: 'img' });
  const side = part(
    'side',
    part('what', row('surface', surface), ...(trained.length ? [row('start from', start)] : []), count.root),
    part('buttons', go, shake, again),
    laws.root,
    part('gauge', strip, roomy([aside], [154])),
  );
  return {
    side,
    strip,
    note: fold('how hard each law pushes', element('p', {}, lawNote())),
    update(now, found) {
      surface.update(String(now.size));
      count.update(now.n);
      laws.update(now.law, found);
      if (trained.length) start.update(now.start);
      go.textContent = now.running ? 'hold still' : 'let go';
      again.textContent = now.start === 'random' ? 'throw anew' : 'back to trained';
    },
  };
}
