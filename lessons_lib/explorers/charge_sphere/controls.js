// What stands around ChargeSphere's canvas: surface, number, the three laws with their energies, the buttons.
import { button, choice, degrees, element, ownKeys, slider } from '../kit/view.js';
import { FEWEST, LAWS, MOST } from './maths.js';
import { energyText } from './words.js';

export const STYLE = `
.charge{display:grid;gap:14px 36px;grid-template-columns:minmax(0,1fr)}
.charge .field,.charge .side{min-width:0}
.charge .field canvas{touch-action:pan-y pinch-zoom;max-width:580px;margin:0 auto;border-radius:12px}
.charge p{margin:0}
.charge .side,.charge .what{display:grid;gap:14px;align-content:start}
.charge .what{grid-template-columns:auto minmax(0,1fr);gap:8px 26px;align-items:end}
.charge .what fieldset{padding-bottom:2px}
.charge .from{display:flex;gap:2px 14px;flex-wrap:wrap;align-items:baseline}
.charge .buttons{display:flex;gap:8px;flex-wrap:wrap}
.charge .buttons button:first-child{background:var(--ink);color:var(--paper);border-color:var(--ink);min-width:98px}
.charge .laws{display:grid}
.charge .row{display:grid;grid-template-columns:minmax(0,1fr) 5.2em 5.2em;gap:0 8px;font-size:14px;align-items:center;position:relative;padding:5px 8px;border-radius:6px;white-space:nowrap}
.charge .row.soft{font-size:12px;padding-bottom:1px}
.charge label.row{cursor:pointer}.charge label.row:hover{background:color-mix(in srgb,var(--ink) 4%,var(--paper))}
.charge .row:has(:checked){background:color-mix(in srgb,var(--ink) 9%,var(--paper))}
.charge .row:has(:focus-visible){outline:2px solid var(--soft)}
.charge .row input{position:absolute;opacity:0;width:1px;height:1px}
.charge .row>:nth-child(n+2){text-align:right}.charge .row b{font-weight:600}
.charge .row i{font-family:Georgia,'Times New Roman',serif}.charge .row em{font-style:normal;color:var(--soft);margin-left:.3em}.charge sup{line-height:0}
.lesson .charge figcaption{min-height:9.4em;max-width:66em}
.charge .aside{margin-top:8px;min-height:5.8em}
.charge .field p{margin-top:6px}
@container (min-width:560px){.lesson .charge figcaption{min-height:4.7em}.charge .aside{min-height:2.9em}}
@container (min-width:800px){.charge .aside{min-height:5.8em}.charge{grid-template-columns:minmax(0,1.3fr) minmax(0,1fr)}
 .charge .words{grid-column:1/-1}}
@container (max-width:799px){.charge .side{display:contents}.charge .what{order:-2}.charge .from{order:-1}.charge .buttons{order:1}.charge .words{order:2}.charge .laws{order:3}.charge .gauge{order:4}}`;

const FORMULAS = { uniform: 'mean 1/(<i>d</i> + 1)', coulomb: 'Σ 1/<i>d</i>', steep: '1/<i>d<sup>p</sup></i>, <i>p</i> rising' };
const TITLES = { uniform: 'UniformFace', coulomb: 'Coulomb', steep: 'steep' };
const fillIn = (node, html) => { if (node.dataset.html !== html) { node.dataset.html = html; node.innerHTML = html; } };

/** One row a law: it chooses, and reads the energy now beside the least that is known; of the steep law, the smallest angle. */
function lawTable(choose) {
  const group = `laws-${Math.floor(Math.random() * 1e12)}`, rows = {};
  const root = element('div', { class: 'laws', role: 'radiogroup', 'aria-label': 'law of repulsion' },
    element('div', { class: 'row soft' }, element('span', {}, 'law and its energy'), element('span', {}, 'now'), element('span', {}, 'optimum')), ...Object.keys(LAWS).map(law => {
      const input = ownKeys(element('input', { type: 'radio', name: group, value: law, 'aria-label': TITLES[law], change: () => choose(law) })), name = element('span');
      rows[law] = { input, now: element('b'), best: element('span') };
      name.innerHTML = `${TITLES[law]} <em>${FORMULAS[law]}</em>`; name.prepend(input);
      return element('label', { class: 'row' }, name, rows[law].now, rows[law].best);
    }));
  return { root, update(chosen, found) {
    for (const [law, { input, now, best }] of Object.entries(rows)) {
      input.checked = law === chosen;
      fillIn(now, law === 'steep' ? degrees(found.angle) : energyText(law, found.energies[law]));
      fillIn(best, law === 'steep' ? degrees(found.tammes) : energyText(law, found.best[law]));
    }
  } };
}

/** All controls; `act` holds what they do: size(2|3), count(n), law(name), toggle(), shake(), start(name). */
export function chargeControls(trained, act, aside) {
  const surface = choice({ label: 'surface', options: [['2', 'circle'], ['3', 'sphere']], set: value => act.size(Number(value)) });
  const count = slider({ label: 'charges', min: FEWEST, max: MOST, step: 1, show: String, set: act.count });
  const go = button('let go', act.toggle), shake = button('shake', act.shake), again = button('', () => act.start(null));
  const names = [...trained.map(({ name }) => name), 'random'], start = choice({ label: 'start', options: names.map(name => [name, name]), set: act.start });
  const laws = lawTable(act.law), strip = element('canvas', { role: 'img' });
  const from = trained.length ? [element('div', { class: 'from' }, element('span', {}, 'start from'), start.root)] : [];
  const side = element('div', { class: 'side' }, element('div', { class: 'what' }, surface.root, count.root), ...from,
    element('div', { class: 'buttons' }, go, shake, again), laws.root, element('div', { class: 'gauge' }, strip, aside));
  return { side, strip, update(now, found) {
    surface.update(String(now.size)); count.update(now.n); laws.update(now.law, found); if (trained.length) start.update(now.start);
    go.textContent = now.running ? 'hold still' : 'let go';
    again.textContent = now.start === 'random' ? 'throw anew' : 'back to trained';
  } };
}
