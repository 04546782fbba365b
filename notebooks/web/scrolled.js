// What is wider than its place: it is scrolled by keys too, in a browser that does not see to that itself, and its
// right edge fades while there is more to the right (looks/narrow.css).

const wider = one => one.scrollWidth > one.clientWidth,
  hasMore = one => one.scrollLeft + one.clientWidth < one.scrollWidth - 1;

function showMore(one) {
  one.classList.toggle('goes-on', hasMore(one));
}

const scrolled = new ResizeObserver(all => {
  for (const { target } of all) {
    if (wider(target)) target.tabIndex = 0;
    else target.removeAttribute('tabindex');
    showMore(target);
  }
});
addEventListener('load', () => {
  // looks/narrow.css lets these scroll where a page is this narrow.
  const narrow = matchMedia('(max-width: 15em)').matches ? ', .together, .prose math' : '';
  for (const one of document.querySelectorAll(`.scroll, .formula, .plot, pre${narrow}`)) {
    scrolled.observe(one);
    one.addEventListener('scroll', () => showMore(one), { passive: true });
  }
});
