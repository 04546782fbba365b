// What the pages of the site do besides their figures: the theme, the contents, and the spheres.

const dark = matchMedia('(prefers-color-scheme: dark)'), wide = matchMedia('(min-width: 1240px)');

// The choice is kept where the browser lets a page keep something; from a disk some do not.
function chosen(value) {
  try {
    if (value) localStorage.setItem('theme', value);
    return localStorage.getItem('theme') ?? value;
  } catch { return value; }
}

/** Show the page in the theme that was chosen, or else in the system's; figures read it off the body, as in Lab. */
function useTheme(choice = chosen()) {
  const isDark = choice ? choice === 'dark' : dark.matches;
  document.getElementById('dark').media = `screen and (${isDark ? 'min-width: 0' : 'max-width: 0'})`;
  document.body.dataset.jpThemeLight = String(!isDark);
}

/** Load plotly.js, once for all spheres of a page. */
let plotly;
const loadPlotly = () => plotly ??= new Promise((done, failed) => {
  const script = Object.assign(document.createElement('script'), { src: 'assets/plotly.min.js', onload: done, onerror: failed });
  document.head.append(script);
});

/** Put the figure in the place of its still. */
async function turn(place) {
  const button = place.querySelector('button');
  Object.assign(button, { disabled: true, textContent: 'Loading …' });
  await loadPlotly();
  const { data, layout, config } = JSON.parse(place.querySelector('script').textContent), still = place.querySelector('img');
  const home = document.createElement('div');
  home.setAttribute('role', 'img'); home.setAttribute('aria-label', still.alt);
  const side = still.clientWidth;                                   // the page's width may be less than the figure's
  still.replaceWith(home); button.remove();
  await window.Plotly.newPlot(home, data, { ...layout, width: side, height: side }, { ...config, responsive: false });
}

addEventListener('DOMContentLoaded', () => {
  const theme = document.querySelector('button.theme'), contents = document.querySelector('.contents details');
  const menu = document.querySelector('.menu');
  const name = () => { theme.textContent = document.body.dataset.jpThemeLight === 'true' ? 'Dark' : 'Light'; };
  theme.hidden = false;
  name();
  theme.addEventListener('click', () => { useTheme(chosen(theme.textContent.toLowerCase())); name(); });
  dark.addEventListener('change', () => { useTheme(); name(); });
  if (contents) {
    const fit = () => { contents.open = wide.matches; };
    fit();
    wide.addEventListener('change', fit);
  }
  addEventListener('click', event => { if (!menu.contains(event.target)) menu.open = false; });
  addEventListener('keydown', event => { if (event.key === 'Escape' && menu.open) { menu.open = false; menu.firstElementChild.focus(); } });
  for (const place of document.querySelectorAll('.turnable')) {
    place.querySelector('button').addEventListener('click', () => turn(place));
    place.querySelector('img').addEventListener('click', () => turn(place), { once: true });
  }
});
