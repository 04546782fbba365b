// Search over all lessons: the words are a file of this site, read when somebody first searches.

const plainWords = text =>
  text
    .toLowerCase()
    .normalize('NFKD')
    .replace(/[\u0300-\u036f]/g, '')
    .replace(/[‘’]/g, "'")
    .replace(/\u00a0/g, ' ');

/** The sections that hold every word, best first: a word in a heading counts most, one that begins a word more. */
function find(sections, typed, most = 12) {
  const words = plainWords(typed).split(/\s+/).filter(Boolean);
  if (!words.length) return [];
  const begins = words.map(word => new RegExp(`(?<![\\p{L}\\d])${word.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}`, 'gu'));
  const marked = [];
  for (const [place, page, heading, text] of sections) {
    const [title, body, of] = [plainWords(heading), plainWords(text), plainWords(page)];
    let points = 0;
    for (const [i, word] of words.entries()) {
      if (!title.includes(word) && !body.includes(word) && !of.includes(word)) {
        points = -1;
        break;
      }
      points +=
        (title.match(begins[i])?.length ?? 0) * 12 +
        (title.includes(word) ? 6 : 0) +
        (of.match(begins[i])?.length ?? 0) * 4 +
        Math.min(6, body.match(begins[i])?.length ?? 0) +
        0.1;
    }
    if (points > 0) marked.push({ place, page, heading, points, around: around(text, words) });
  }
  return marked.sort((one, other) => other.points - one.points).slice(0, most);
}

/** As many words from the beginning of a text as `length` letters hold. */
function wholeWords(text, length) {
  const end = text.length > length ? text.lastIndexOf(' ', length) : text.length;
  return text.slice(0, end > length / 2 ? end : length);
}

/** A piece of text around the first of the words, in parts: [words, whether they are what was asked for]. */
function around(text, words, length = 150) {
  const low = text.toLowerCase(),
    at = words.map(word => low.indexOf(word)).filter(place => place >= 0);
  const first = at.length ? Math.max(0, Math.min(...at) - 50) : 0,
    from = first ? text.indexOf(' ', first) + 1 : 0;
  const piece = wholeWords(text.slice(from), length),
    parts = [];
  const any = new RegExp(`(${words.map(word => word.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')).join('|')})`, 'giu');
  for (const [i, words] of piece.split(any).entries()) if (words) parts.push([words, i % 2 === 1]);
  return [...(from ? [['… ', false]] : []), ...parts, ...(from + piece.length < text.length ? [[' …', false]] : [])];
}

let known;
const loadSections = () =>
  (known ??= new Promise((done, failed) => {
    document.head.append(
      Object.assign(document.createElement('script'), {
        src: 'assets/sections.js',
        onload: () => done(window.SECTIONS),
        onerror: failed,
      }),
    );
  }));

function shownResult({ place, page, heading, around }) {
  const item = document.createElement('li'),
    link = Object.assign(document.createElement('a'), { href: place });
  const snippet = document.createElement('span');
  for (const [words, asked] of around)
    snippet.append(asked ? Object.assign(document.createElement('mark'), { textContent: words }) : words);
  link.append(Object.assign(document.createElement('b'), { textContent: heading }));
  if (page !== heading) link.append(Object.assign(document.createElement('small'), { textContent: page }));
  link.append(snippet);
  item.append(link);
  return item;
}

/** Let the page's search be used: it opens by a click or by the key “/”. */
function openSearch() {
  const home = document.querySelector('.search'),
    field = home.querySelector('input'),
    status = home.querySelector('[role=status]');
  const list = home.querySelector('ol');
  home.hidden = false;
  home.addEventListener('toggle', () => {
    if (home.open) {
      field.focus();
      loadSections();
    }
  });
  addEventListener('keydown', event => {
    const typing = event.composedPath()[0].matches?.('input, textarea, select, [contenteditable]');
    if (event.key === '/' && !typing && !event.ctrlKey && !event.metaKey) {
      event.preventDefault();
      home.open = true;
    }
  });
  field.addEventListener('input', async () => {
    const typed = field.value,
      sections = await loadSections();
    if (typed !== field.value) return; // something else was typed meanwhile
    const found = find(sections, typed);
    list.replaceChildren(...found.map(shownResult));
    status.textContent = !typed.trim()
      ? ''
      : found.length
        ? found.length === 1
          ? '1 section'
          : `${found.length === 12 ? 'The best 12' : found.length} sections`
        : 'Nothing holds all of these words.';
  });
  home.querySelector('form').addEventListener('submit', event => {
    event.preventDefault();
    const first = list.querySelector('a');
    if (first) location.href = first.href;
  });
}
if (typeof document !== 'undefined') addEventListener('DOMContentLoaded', openSearch);
