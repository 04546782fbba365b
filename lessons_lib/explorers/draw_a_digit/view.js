// DrawADigit: draw on the pad, and the trained network puts the drawing on the circle, move by move. Taught what the
// drawing is, it trains on.
import { calm, element, mount, part, surface, write } from '../kit/view.js';
import { button, offer } from '../kit/controls.js';
import { eased } from '../kit/numbers.js';
import { unpacked } from './data.js';
import { forward, prepare, reading } from './network.js';
import { PAD_KEYS, DrawingPad, paintPad, bitmap } from './pad.js';
import { paintCircle } from './circle.js';
import { angleRows } from './angles.js';
import { labelDesk } from './labels.js';
import { Pupil, same } from './pupil.js';
import { layerWords, newsWords, numberWords, sentence } from './words.js';
import STYLE from './style.css' with { type: 'text' };

const TRAIL = 240,
  GLIDE = 260; // footprints kept; milliseconds in which x goes over to another drawing

/** The figure's parts and what is shown in them. */
class Desk {
  look = null; // the colours painted with
  below = null; // the test digit as it lies on the pad
  drawn = null; // strokes painted, and the digit under them
  under = null;
  answers = null; // what the trunk says of what is drawn
  reader = null; // the network that x and `seen` come from
  x = null;
  seen = null;
  shown = null; // where x is painted, and its way there
  glide = null;
  trail = [];
  cleared = null; // what `clear` took away
  advised = '';

  /** @param {import('./data.js').Data} data */
  constructor(model, stage, data) {
    Object.assign(this, { model, stage, data, first: JSON.stringify(data.facts.start) });
    const { lesson, start } = data,
      taughtFrom = one => {
        const image = this.imageOf(one);
        return { image, x: this.answersOf(image), label: one.label };
      };
    this.pupil = lesson && new Pupil({ lesson, start, taughtFrom, changed: stage.draw });
    this.build();
  }
  strokes = () => this.model.get('strokes');
  digit = () => this.model.get('digit');
  taught = () => this.model.get('taught');
  imageOf = ({ strokes, digit }) => prepare(strokes, this.data.digits[digit]);
  answersOf = image => image && forward(this.data.trunk, image);

  build() {
    const { data, stage } = this;
    this.pad = this.makePad();
    const canvas = (attributes, label) => element('canvas', { ...attributes, role: 'img', 'aria-label': label });
    this.thumb = canvas({}, 'The image as the network sees it, 28 by 28 pixels');
    this.circle = canvas({ class: 'circle' }, data.facts.alt);
    this.angles = angleRows(data.start.weight.length);
    this.numbers = element('div', { 'aria-hidden': 'true' });
    this.hint = element('p', { class: 'soft hint' });
    this.caption = element('figcaption');
    this.undoing = button('undo', () => this.undo());
    this.clearing = button('clear', () => this.clear());
    const calling = button('a test digit', () => this.choose());
    const seen = element('p', { class: 'soft' }, 'what the network sees');
    stage.root.append(
      part(
        'desk',
        this.pad.canvas,
        part('seen', this.thumb, seen, this.numbers),
        part('tools', this.undoing, this.clearing, calling),
        this.hint,
        this.circle,
        part('words', this.caption),
        ...(this.pupil ? this.lectern() : []),
        this.angles.node,
      ),
    );
  }
  /** What one teaches with. */
  lectern() {
    const forget = n => this.putTaught(n === undefined ? [] : this.taught().filter((_, i) => i !== n));
    this.labels = labelDesk(this.data.start.weight.length, { teach: k => this.teach(k), forget });
    this.news = element('p', { class: 'news' });
    const layers = element('p', { class: 'soft layers' });
    layers.innerHTML = layerWords(this.data.lesson);
    return [part('lectern', this.labels.root, layers, this.news)];
  }
  makePad() {
    return new DrawingPad({
      get: this.strokes,
      set: strokes => {
        this.cleared = null;
        this.model.set('strokes', strokes);
      },
      done: () => this.model.save_changes(),
      paint: this.stage.draw,
      undo: () => this.undo(),
      clear: () => this.clear(),
      choose: label => this.choose(label),
    });
  }

  put(strokes, digit) {
    this.pad.lift();
    this.model.set('digit', digit);
    this.model.set('strokes', strokes);
    this.model.save_changes();
    this.stage.draw();
  }
  clear() {
    if (!this.strokes().length && this.digit() < 0) return;
    this.cleared = [this.strokes(), this.digit()];
    this.put([], -1);
  }
  undo() {
    if (this.strokes().length) this.put(this.strokes().slice(0, -1), this.digit());
    else if (this.digit() >= 0) this.put([], -1);
    else if (this.cleared) {
      this.put(...this.cleared);
      this.cleared = null;
    }
  }
  /** The next test digit, of one class when it is named. */
  choose(label = null) {
    const { digit_labels: labels } = this.data.facts,
      next = labels
        .map((_, i) => (this.digit() + 1 + i) % labels.length)
        .find(i => label === null || labels[i] === label);
    if (next !== undefined) this.put([], next);
  }
  /** What is drawn is to be a `label` from now on, whatever it was taught as before; told again, it learns on. */
  teach(label) {
    if (!this.canTeach()) return;
    this.pad.lift();
    const own = { strokes: this.strokes(), digit: this.digit(), label };
    if (this.taught().some(one => this.isDrawn(one) && one.label === label)) this.pupil.goOn(own);
    else this.putTaught([...this.taught().filter(one => !this.isDrawn(one)), own]);
  }
  putTaught(taught) {
    this.model.set('taught', taught);
    this.model.save_changes();
  }
  isDrawn = one => one.digit === this.digit() && same(one.strokes, this.strokes());
  canTeach = () =>
    (this.digit() >= 0 || this.strokes().length > 0) &&
    (this.taught().length < this.data.facts.most || this.taught().some(this.isDrawn));

  /** New strokes, another digit or another network: x is found again, and leaves a footprint. */
  see(now) {
    const { drawn, under, reader, strokes, digit } = this,
      current = this.pupil?.reader ?? this.data.start,
      redrawn = strokes() !== drawn || digit() !== under,
      jump = redrawn ? digit() !== under || strokes().length < drawn.length : current === this.data.start;
    if (redrawn) {
      const image = this.imageOf({ strokes: strokes(), digit: digit() });
      this.answers = this.answersOf(image);
      bitmap(this.thumb, image);
    }
    this.x = this.answers && [...forward(current.layers, this.answers)];
    this.seen = this.x && reading(this.x, current.weight);
    const walks = digit() === under && this.seen && (redrawn || !jump);
    this.trail = walks ? this.trail.filter(past => past.strokes <= strokes().length) : [];
    if (this.seen) this.trail = [...this.trail, { x: this.x, strokes: strokes().length }].slice(-TRAIL);
    this.glide = reader && jump && this.shown && this.x && !calm() ? { from: this.shown, at: now } : null;
    if (digit() !== under) this.below = null;
    Object.assign(this, { drawn: strokes(), under: digit(), reader: current });
  }
  guided = () => this.digit() < 0 && this.seen?.read !== 8 && JSON.stringify(this.strokes().slice(0, 1)) === this.first;

  words() {
    const { seen, look, reader, caption } = this,
      untouched = this.digit() >= 0 && !this.strokes().length;
    write(caption, sentence(seen, untouched ? this.data.facts.digit_labels[this.digit()] : null, reader));
    write(this.numbers, numberWords(seen, this.x));
    this.angles.show(seen, look);
    const something = this.strokes().length > 0 || this.digit() >= 0;
    offer(this.clearing, something);
    offer(this.undoing, something || this.cleared !== null);
    write(this.hint, this.advice());
    if (this.pupil) this.teachingWords();
    this.stage.say([this.news?.textContent, caption.textContent].filter(Boolean).join(' '));
  }
  advice() {
    if (this.pad.keyboard()) return PAD_KEYS;
    if (this.pupil && this.seen && !this.canTeach())
      return `${this.taught().length} digits are taught, and there is no room for more: forget one to teach another.`;
    if (this.guided())
      return 'Go on drawing: close the 3 on the left, along the dotted line, and watch <i>x</i> walk over to class 8.';
    return (
      `Dots: ${this.reader.points.length} digits the network has placed, coloured by class. ` +
      'Coloured lines: the class directions. Grey lines: where the reading changes.'
    );
  }
  teachingWords() {
    const { pupil, look } = this,
      own = pupil.asked.find(this.isDrawn)?.label ?? null;
    this.labels.show({ taught: pupil.taught, own, look, open: this.canTeach() });
    write(this.news, newsWords(pupil.news, pupil.busy, this.reader.points.length));
  }

  paint(now, width, size) {
    const { stage, pad, circle, data, pupil } = this;
    if (this.look !== stage.look()) {
      this.look = stage.look();
      this.below = null;
    }
    const current = pupil?.reader ?? data.start;
    if (this.strokes() !== this.drawn || this.digit() !== this.under || this.reader !== current) this.see(now);
    const { look, x, seen, glide, reader, drawn } = this;
    if (this.digit() >= 0)
      this.below ??= bitmap(element('canvas'), data.digits[this.digit()], look.accent.match(/\d+/g).map(Number));
    const gone = glide ? Math.min(1, (now - glide.at) / GLIDE) : 1,
      ease = eased(gone);
    if (gone === 1) this.glide = null;
    this.shown = this.glide ? x.map((v, i) => glide.from[i] + (v - glide.from[i]) * ease) : x;
    const guide = this.guided() && data.facts.closing;
    paintPad(surface(pad.canvas, width, width), width, {
      look,
      strokes: drawn,
      below: this.below,
      guide,
      pen: pad.keyboard(),
    });
    const trail = this.glide ? [] : this.trail,
      taught = pupil ? pupil.taught.map(one => ({ x: pupil.read(one).x, label: one.label })) : [];
    paintCircle(surface(circle, size, size), size, {
      ...reader,
      look,
      seen,
      x: this.shown,
      trail,
      taught,
    });
    this.words();
    pupil?.painted();
    return Boolean(this.glide);
  }
  live() {
    const { stage, pupil } = this;
    const heard = pupil ? { 'change:taught': () => pupil.follow(this.taught()) } : {};
    pupil?.follow(this.taught());
    return stage.live({
      canvases: [this.pad.canvas, this.circle],
      paint: (...given) => this.paint(...given),
      traits: ['strokes', 'digit'],
      heard,
      stop: () => pupil?.halt(),
    });
  }
}

async function render({ model, el }) {
  const data = await unpacked(model);
  return new Desk(model, mount({ model, el }, STYLE), data).live();
}

export default { render };
