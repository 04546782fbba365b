// Numbers in words, and the marks of what is said.

const RAISED = '⁰¹²³⁴⁵⁶⁷⁸⁹';

export const degrees = radians => `${((radians * 180) / Math.PI).toFixed(1)}°`;
export const minus = text => text.replace('-', '−');
/** To three digits behind the point; 0 has no sign. */
export const numberText = value => minus((Math.abs(value) < 5e-4 ? 0 : value).toFixed(3));
/** 12,345. By hand: `toLocaleString` takes a phone a tenth of a second the first time. */
export function thousands(n) {
  const [whole, ...rest] = String(n).split('.');
  return [whole.replace(/\B(?=(\d{3})+$)/g, ','), ...rest].join('.');
}
export const bold = text => `<b>${text}</b>`;
/** Kept on one line. */
export const tight = text => `<span class="tight">${text}</span>`;
export const escaped = text => text.replace(/[&<>]/g, c => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;' })[c]);

/** As one would write it: 2,981, 0.338, 3.2·10⁻⁵, 2.7·10⁴³, 0 and ∞. */
export function amount(given) {
  const value = Number(given.toPrecision(12));
  if (!Number.isFinite(value)) return '∞';
  if (value < 1e-300) return '0';
  if (value >= 1e-3 && value < 99_999.5)
    return value >= 999.5 || Number.isInteger(value) ? thousands(Math.round(value)) : value.toPrecision(3);
  const [digits, power] = value.toExponential(1).split('e');
  return `${digits}·10${power[0] === '-' ? '⁻' : ''}${[...power.slice(1)].map(d => RAISED[d]).join('')}`;
}

/** `amount` of a number that may be negative. */
export const signedAmount = value => (value < 0 ? '−' : '') + amount(Math.abs(value));

/**
 * What the last gesture changed, as "s 64 → 24, C 10 → 100" and as "s 64, C 10" of before; '' if nothing, or if there
 * was none. `said` has for each name [words, value(p) in words].
 */
export function changeIn(said, before, now) {
  const moved = Object.values(Object.keys(before ?? {}).length ? said : {})
    .map(([words, show]) => [words, show(before), show(now)])
    .filter(([, was, is]) => was !== is);
  return {
    told: moved.map(([words, was, is]) => tight(`${words} ${was} → ${is}`)).join(', '),
    was: moved.map(([words, was]) => `${words} ${was}`).join(', '),
  };
}

/** The end of a sentence about counted numbers: how many of them were none. */
export const leftOut = ({ left_out: n }) =>
  n ? ` ${thousands(n)} more ${n === 1 ? 'is no number and is' : 'are no numbers and are'} left out.` : '';
