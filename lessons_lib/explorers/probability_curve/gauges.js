// ProbabilityCurve's two gauges: the scale and the mean angle of a run, moment by moment.
import { degrees, thousands } from '../kit/words.js';
import { endScale, fixedScale } from './maths.js';
import { scaleText } from './words.js';

const PANEL = 84,
  HEAD = 24,
  FOOT = 20;

/**
 * Two panels, side by side where there is room. In each x is the root of the step, as the early ones change most; room
 * is left for a moment that was lost.
 */
export function gaugeFrame(width, moments, lost) {
  const beside = width >= 480,
    half = beside ? (width - 22) / 2 : width,
    last = Math.sqrt(Math.max(1, lost.step ?? 0, moments.at(-1).step));
  const panels = [0, 1].map(k => {
    const from = beside ? k * (half + 22) : 0,
      top = HEAD + (beside ? 0 : k * (PANEL + HEAD + FOOT)),
      left = from + 34,
      right = from + half - 8;
    return { from, top, left, right, floor: top + PANEL, X: step => left + ((right - left) * Math.sqrt(step)) / last };
  });
  const nearest = x => {
    const { X } = panels[beside && x > half + 11 ? 1 : 0];
    return moments.reduce(
      (best, { step }, i) => (Math.abs(X(step) - x) < Math.abs(X(moments[best].step) - x) ? i : best),
      0,
    );
  };
  return { panels, beside, nearest, height: panels[1].floor + FOOT };
}

/** The highest value of each gauge: no moment moves it. A scale that runs away leaves at the top. */
const reaches = (moments, fixed) => [
  Math.min(3 * fixed, 1.12 * Math.max(fixed, ...moments.map(m => m.scale))),
  Math.max(...moments.map(m => m.theta)) > Math.PI / 2 ? Math.PI : Math.PI / 2,
];

export function paintGauges(pen, frame, { moments, lost, step, runClasses, active }) {
  const fixed = fixedScale(runClasses),
    end = endScale(runClasses),
    [high, wide] = reaches(moments, fixed),
    now = moments[step],
    { c } = pen;
  const lines = [
    [
      [fixed, scaleText(fixed), [7, 4], c.adacos],
      [end, scaleText(end), [2, 3], c.soft],
    ],
    [
      [wide, degrees(wide).replace('.0', ''), [], c.faint],
      [Math.PI / 4, '45°', [2, 3], c.soft],
    ],
  ];
  const about = [
    ['scale s', 'scale', high, `s = ${scaleText(now.scale)}`],
    ['mean angle θ', 'theta', wide, degrees(now.theta)],
  ];
  about.forEach(([name, key, most, said], k) => {
    const panel = frame.panels[k],
      { from, top, floor, left, right, X } = panel;
    pen.write(name, from + 2, top - 14, { style: c.ink, font: '12.5' });
    pen.write(said, right, top - 14, { align: 'right', style: c.adacosWord, font: '600 13' });
    if (k || frame.beside) {
      pen.write(`step ${thousands(moments[0].step)}`, left, floor + 11, { font: '11' });
      pen.write(thousands(lost.step ?? moments.at(-1).step), right, floor + 11, { align: 'right', font: '11' });
    }
    paintGauge(pen, panel, {
      lines: lines[k],
      most,
      points: moments.map(m => [X(m.step), floor - (PANEL * m[key]) / most]),
      step,
      active,
    });
    if (lost.step !== undefined) {
      pen.line(X(lost.step), top, X(lost.step), floor, c.ink, 1, { dash: [2, 3] });
      pen.write('lost', X(lost.step) - 4, floor - 9, { align: 'right', font: '11', halo: 4 });
    }
  });
}

/** One gauge: its reference lines, its curve with what is past drawn stronger, and the present moment. */
function paintGauge(
  { c, trace, line, write, dot, within },
  { left, right, top, floor },
  { lines, most, points, step, active },
) {
  const marked = lines.map(([at]) => floor - (PANEL * at) / most),
    [x] = points[step];
  line(left, floor, right, floor, c.pale, 1);
  write('0', left - 6, floor, { align: 'right', font: '11' });
  lines.forEach(([, label, dash, style], i) => {
    line(left, marked[i], right, marked[i], style, 1, { dash });
    if (!i || marked[1] - marked[0] > 11) write(label, left - 6, marked[i], { align: 'right', font: '11' });
  });
  within(left - 6, top - 6, right - left + 12, PANEL + 12, () => {
    trace(points, c.adacos, 1.4, { alpha: 0.45 });
    trace(points.slice(0, step + 1), c.adacos, 2.4);
    points.forEach(([px, py], i) => dot(px, py, i === step ? 4.5 : 1.8, active || i !== step ? c.adacos : c.soft));
  });
  line(x, top - 4, x, floor + 3, c.ink, 1, { alpha: 0.7 });
}
