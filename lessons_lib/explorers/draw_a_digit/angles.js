// The table of angles: one row a class.
import { element } from '../kit/view.js';
import { degrees } from '../kit/words.js';

/** One row a class: its name, its angle as a bar and in degrees. Not a <table>: Lab stripes those. */
export function angleRows(classes) {
  const rows = Array.from({ length: classes }, (_, k) => {
    const badge = element('span', { role: 'rowheader' }, `${k}`),
      value = element('span', { role: 'cell' });
    const bar = element('b'),
      note = element('span'),
      middle = element('div', { class: 'bar', role: 'cell' }, bar, note);
    return { badge, bar, note, value, row: element('div', { role: 'row' }, badge, middle, value) };
  });
  const title = element('p', { class: 'soft' }, 'θⱼ, the angle between x and each class direction Wⱼ');
  const table = { class: 'angles', role: 'table', 'aria-label': 'Angle to each class direction' };
  const node = element('div', table, title, ...rows.map(r => r.row));
  const show = (seen, look) =>
    rows.forEach(({ row, badge, bar, note, value }, k) => {
      const near = seen?.byAngle[0] === k,
        read = seen?.read === k;
      row.className = near ? 'row near' : 'row';
      badge.style.cssText = `background:${look.classes[k]};color:${look.onClass(k)}`;
      bar.style.cssText = seen
        ? `background:${look.classes[k]};width:${(seen.theta[k] / Math.PI) * 100}%`
        : 'visibility:hidden';
      note.textContent = near && read ? 'nearest' : near ? 'nearest, yet not read' : read ? 'read' : '';
      value.textContent = seen ? degrees(seen.theta[k]) : '';
    });
  return { node, show };
}
