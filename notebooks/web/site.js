// What the pages of the site do besides their figures: the theme, the contents, and the spheres.

const dark = matchMedia('(prefers-color-scheme: dark)'),
  wide = matchMedia('(min-width: 77.5em)');

// The choice is kept where the browser lets a page keep something; from a disk some do not.
function chosen(value) {
  try {
    if (value) localStorage.setItem('theme', value);
    return localStorage.getItem('theme') ?? value;
  } catch {
    return value;
  }
}

/** Show the page in the theme that was chosen, or else in the system's; figures read it off the body, as in Lab. */
function useTheme(choice = chosen()) {
  const isDark = choice ? choice === 'dark' : dark.matches;
  document.getElementById('dark').media = `screen and (${isDark ? 'min-width: 0' : 'max-width: 0'})`;
  document.body.dataset.jpThemeLight = String(!isDark);
  for (const [i, bar] of document.querySelectorAll('meta[name=theme-color]').entries())
    bar.media = i === Number(isDark) ? 'all' : 'not all';
  document.querySelector('button.theme')?.setAttribute('aria-checked', String(isDark));
}
addEventListener('load', () => useTheme());
addEventListener('storage', () => useTheme()); // chosen in another tab
addEventListener('pageshow', event => {
  if (event.persisted) useTheme();
}); // or on the page one comes back from

// A long page comes in parts: those that are near, and with the first scrolling the others, one a frame. Who goes to a
// place within it, or back to where they were, or through it by keys, gets it whole; so does who has a browser that
// does not hold still what is read while a part above it grows.
const root = document.documentElement,
  afresh = performance.getEntriesByType('navigation')[0]?.type === 'navigate';
root.classList.toggle('pieces', afresh && !location.hash && CSS.supports('overflow-anchor', 'auto'));
const whole = () => root.classList.remove('pieces');
const coming = new IntersectionObserver(
  all => {
    for (const { target, isIntersecting } of all)
      if (isIntersecting) {
        coming.unobserve(target);
        target.classList.add('out');
      }
  },
  { rootMargin: '1200px 0px' },
);
addEventListener('load', () => {
  for (const part of document.querySelectorAll('.pieces .part')) coming.observe(part);
});
function nextPart() {
  const next = document.querySelector('.pieces .part:not(:first-child,.out)');
  if (!next) return whole();
  next.classList.add('out');
  requestAnimationFrame(nextPart);
}
addEventListener('scroll', () => requestAnimationFrame(nextPart), { once: true, passive: true });
addEventListener(
  'click',
  event => {
    if (event.target.closest?.('a[href*="#"]')) whole();
  },
  true,
);
addEventListener(
  'keydown',
  event => {
    if (event.key === 'Tab') whole();
  },
  true,
);
addEventListener('beforeprint', whole);

// Paper takes every picture, and always the light ones: none of them may wait until somebody scrolls to it.
addEventListener('beforeprint', () => {
  for (const one of document.querySelectorAll('img')) one.loading = 'eager';
});

// A figure puts itself in the place of its still picture; paper needs that again, and a sentence that says what it
// shows, as the figure's own stays on the screen. (Before any figure runs.)
document.addEventListener('readystatechange', () => {
  const stills = document.querySelectorAll('[data-explorer] > img.for-light');
  for (const still of document.readyState === 'interactive' ? stills : []) {
    const copy = still.cloneNode();
    copy.className = 'still';
    const said = Object.assign(document.createElement('p'), { className: 'still', ariaHidden: 'true' });
    said.textContent = still.alt;
    still.parentElement.before(copy, said);
  }
});

const load = src =>
  new Promise((done, failed) => {
    document.head.append(Object.assign(document.createElement('script'), { src, onload: done, onerror: failed }));
  });

/** Let a figure begin, once. */
function wake(place) {
  if (place.dataset.script) load(place.dataset.script);
  delete place.dataset.script;
}
const near = new IntersectionObserver(
  all => {
    for (const { target, isIntersecting } of all)
      if (isIntersecting) {
        near.unobserve(target);
        wake(target);
      }
  },
  { rootMargin: '800px 0px' },
);
addEventListener('load', () => {
  for (const place of document.querySelectorAll('[data-explorer]')) near.observe(place);
});

// A formula is copied as it was typed, $…$: its letters alone would come one a line.
// Rich text keeps the formula itself.
document.addEventListener('copy', event => {
  const selection = getSelection();
  if (!selection.rangeCount) return;
  const { startContainer, startOffset, endContainer, endOffset } = selection.getRangeAt(0);
  const range = document.createRange(),
    around = node => (node.closest ? node : node.parentElement)?.closest('math');
  range.setStart(startContainer, startOffset); // of a clone of a selection Firefox hands out a part only
  range.setEnd(endContainer, endOffset);
  const [first, last] = [startContainer, endContainer].map(around);
  if (first) range.setStartBefore(first);
  if (last) range.setEndAfter(last);
  const copied = document.createElement('div');
  copied.style.cssText = 'position:fixed;opacity:0';
  copied.append(range.cloneContents());
  const formulas = copied.querySelectorAll('math[data-tex]');
  if (!formulas.length) return;
  event.clipboardData.setData('text/html', copied.innerHTML);
  for (const one of formulas)
    one.replaceWith(one.getAttribute('display') ? `$$${one.dataset.tex}$$` : `$${one.dataset.tex}$`);
  document.body.append(copied);
  event.clipboardData.setData('text/plain', copied.innerText);
  copied.remove();
  event.preventDefault();
});

/** Load plotly.js, once for all spheres of a page. */
let plotly;
const loadPlotly = () => (plotly ??= load('assets/plotly.min.js'));

/** What a sphere is made of: its file hands it over. */
async function partsOf(place) {
  let parts;
  window.turned = given => {
    parts = given;
  };
  await load(place.dataset.script);
  return parts;
}

/** Put the figure in the place of its still; on paper the still comes back. */
async function turn(place) {
  const button = place.querySelector('button');
  if (button.disabled) return;
  Object.assign(button, { disabled: true, textContent: 'Loading …' });
  await loadPlotly();
  const { data, layout, config } = await partsOf(place),
    stills = [...place.querySelectorAll('img')];
  const home = document.createElement('div');
  home.setAttribute('role', 'img');
  home.setAttribute('aria-label', stills[0].alt);
  const side = Math.max(...stills.map(still => still.clientWidth)); // the page's width may be less than the figure's
  for (const still of stills)
    if (still.className === 'for-dark') still.remove();
    else still.className = 'still';
  place.prepend(home);
  button.remove();
  await window.Plotly.newPlot(home, data, { ...layout, width: side, height: side }, { ...config, responsive: false });
}

/** Mark the section one reads in the contents: the last heading near the top of the window. */
function followReading(contents) {
  const links = [...contents.querySelectorAll('a')],
    headings = links.map(link => document.getElementById(decodeURIComponent(link.hash.slice(1))));
  let asked = false,
    last = -1;
  const mark = () => {
    asked = false;
    const below = headings.findIndex(heading => heading.getBoundingClientRect().top > innerHeight / 6);
    const here = below < 0 ? headings.length - 1 : Math.max(0, below - 1);
    if (here === last) return;
    links[last]?.removeAttribute('aria-current');
    links[(last = here)].setAttribute('aria-current', 'location');
    const { offsetTop, offsetHeight } = links[here];
    if (offsetTop < contents.scrollTop || offsetTop + offsetHeight > contents.scrollTop + contents.clientHeight)
      contents.scrollTop = offsetTop - contents.clientHeight / 2;
  };
  addEventListener(
    'scroll',
    () => {
      if (!asked) {
        asked = true;
        requestAnimationFrame(mark);
      }
    },
    { passive: true },
  );
  mark();
}

addEventListener('DOMContentLoaded', () => {
  const theme = document.querySelector('button.theme'),
    contents = document.querySelector('.contents details');
  const menus = [...document.querySelectorAll('.menu')];
  theme.hidden = false;
  theme.addEventListener('click', () => useTheme(chosen(theme.ariaChecked === 'true' ? 'light' : 'dark')));
  dark.addEventListener('change', () => useTheme());
  if (contents) {
    const fit = () => {
      contents.open = wide.matches;
    };
    fit();
    wide.addEventListener('change', fit);
  }
  const list = document.querySelector('.contents');
  if (list && wide.matches) addEventListener('load', () => followReading(list));
  for (const menu of menus) {
    addEventListener('click', event => {
      if (!menu.contains(event.target)) menu.open = false;
    });
    addEventListener('keydown', event => {
      if (event.key === 'Escape' && menu.open) {
        menu.open = false;
        menu.firstElementChild.focus();
      }
    });
    menu.addEventListener('toggle', () => {
      for (const other of menus) if (menu.open && other !== menu) other.open = false;
    });
  }
  for (const place of document.querySelectorAll('.turnable')) {
    place.querySelector('button').addEventListener('click', () => turn(place));
    place.addEventListener('click', event => {
      if (event.target.matches('img')) turn(place);
    });
  }
});
