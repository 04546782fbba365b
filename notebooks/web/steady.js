// WebKit, as tried, does not hold still what one reads while a figure above it begins or grows: the page does.

/** How far figures have moved what stands below the pixel `edge`, by their boxes from the first to the last. */
function pushedDown(boxes, edge) {
  let pushed = 0;
  for (const { top, before, now } of boxes) if (top - pushed + before <= edge) pushed += now - before;
  return pushed;
}

function holdStill(figures) {
  const heights = new Map();
  const grown = new ResizeObserver(all => {
    const boxes = all.map(({ target }) => {
      const { top, height: now } = target.getBoundingClientRect(),
        before = heights.get(target) ?? now;
      heights.set(target, now);
      return { top, before, now };
    });
    const edge = Number.parseFloat(getComputedStyle(document.documentElement).scrollPaddingTop),
      pushed = pushedDown(boxes, edge);
    if (pushed) scrollBy({ top: pushed, behavior: 'instant' });
  });
  for (const figure of figures) grown.observe(figure);
}
if (typeof document !== 'undefined' && !CSS.supports('overflow-anchor', 'auto'))
  addEventListener('DOMContentLoaded', () => holdStill(document.querySelectorAll('[data-explorer]')));
