// On a dark page the still pictures take its colours: paper and ink change places, a hue stays the hue it is. The light
// picture stays beside its dark copy: paper is always light, and prose that names a colour holds on both.

const toLinear = Float64Array.from({ length: 256 }, (_, i) => (i <= 10 ? i / 3294.6 : ((i / 255 + .055) / 1.055) ** 2.4));
const toByte = c => 255 * (c <= .0031308 ? 12.92 * c : 1.055 * c ** (1 / 2.4) - .055);

/** Lightness 0..1 and the two axes of hue in OKLab, where equal steps look equal. */
function toLab(red, green, blue) {
  const r = toLinear[red], g = toLinear[green], b = toLinear[blue];
  const l = Math.cbrt(.4122214708 * r + .5363325363 * g + .0514459929 * b);
  const m = Math.cbrt(.2119034982 * r + .6806995451 * g + .1073969566 * b);
  const s = Math.cbrt(.0883024619 * r + .2817188376 * g + .6299787005 * b);
  return [.2104542553 * l + .793617785 * m - .0040720468 * s, 1.9779984951 * l - 2.428592205 * m + .4505937099 * s,
    .0259040371 * l + .7827717662 * m - .808675766 * s];
}

function toRgb([L, a, b]) {
  const l = (L + .3963377774 * a + .2158037573 * b) ** 3, m = (L - .1055613458 * a - .0638541728 * b) ** 3,
    s = (L - .0894841775 * a - 1.291485548 * b) ** 3;
  return [4.0767416621 * l - 3.3077115913 * m + .2309699292 * s, -1.2684380046 * l + 2.6097574011 * m - .3413193965 * s,
    -.0041960863 * l - .7034186147 * m + 1.707614701 * s].map(toByte);
}

/** A colour of a light picture as it is on a dark page; a grey moves between its paper and its ink (both OKLab). */
function inTheDark(red, green, blue, paper, ink) {
  const [light, a, b] = toLab(red, green, blue), coloured = Math.min(1, Math.hypot(a, b) / .1);
  const towardsInk = Math.min(1, (1 - light) / .8) ** .8, grey = paper.map((part, i) => part + towardsInk * (ink[i] - part));
  const lifted = light < .8 ? .8 - .45 * (.8 - light) : light;      // as the explorers' palette does it
  return toRgb([(1 - coloured) * grey[0] + coloured * lifted, a + (1 - coloured) * grey[1], b + (1 - coloured) * grey[2]]);
}

function drawnOn(canvas, picture, width, height) {
  Object.assign(canvas, { width, height });
  const g = canvas.getContext('2d', { willReadFrequently: true });
  g.fillStyle = '#fff'; g.fillRect(0, 0, width, height);            // what is clear in it shows a light page
  g.drawImage(picture, 0, 0, width, height);
  return g;
}

/** The picture on a dark page, as a canvas. Dark words on a coloured spot stay dark: the spot stays coloured. */
function darkPicture(picture, paper, ink) {
  const { naturalWidth: width, naturalHeight: height } = picture, canvas = document.createElement('canvas'), coarse = document.createElement('canvas');
  drawnOn(coarse, picture, Math.ceil(width / 8), Math.ceil(height / 8));
  const around = drawnOn(canvas, coarse, width, height).getImageData(0, 0, width, height).data;
  const g = drawnOn(canvas, picture, width, height), pixels = g.getImageData(0, 0, width, height), { data } = pixels;
  const known = new Map(), strong = (r, g, b) => Math.max(r, g, b) - Math.min(r, g, b) > 70;
  for (let i = 0; i < data.length; i += 4) {
    const [red, green, blue] = [data[i], data[i + 1], data[i + 2]], key = red << 16 | green << 8 | blue;
    if (red + green + blue < 330 && !strong(red, green, blue) && strong(around[i], around[i + 1], around[i + 2])) continue;
    if (!known.has(key)) known.set(key, inTheDark(red, green, blue, paper, ink));
    data.set(known.get(key), i);
  }
  g.putImageData(pixels, 0, 0);
  return canvas;
}

/** Give every still picture of the page, which is dark now, its dark copy, once. */
async function darkenPictures() {
  const look = getComputedStyle(document.body), lab = colour => toLab(...colour.match(/\d+/g).slice(0, 3).map(Number));
  const paper = lab(look.backgroundColor), ink = lab(look.color);
  const pictures = document.querySelectorAll('.output img:not([data-dark], .still, [data-explorer] img)');
  for (const picture of pictures) picture.dataset.dark = 'asked';   // all at once: a second call leaves them alone
  for (const picture of pictures) {
    await picture.decode();
    const blob = await new Promise(done => { darkPicture(picture, paper, ink).toBlob(done); });
    const copy = picture.cloneNode();
    copy.src = URL.createObjectURL(blob);
    await copy.decode();
    copy.className = 'for-dark'; picture.className = 'for-light';
    picture.after(copy);
  }
}
