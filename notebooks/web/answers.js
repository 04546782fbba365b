// Exercises that a page can judge: a number or a formula is typed, read as arithmetic (nothing of it is run as a
// script), asked at the same places as in Python and compared by the same rule.

const ARITHMETIC = {
  sin: Math.sin,
  cos: Math.cos,
  tan: Math.tan,
  asin: Math.asin,
  acos: Math.acos,
  atan: Math.atan,
  atan2: Math.atan2,
  arcsin: Math.asin,
  arccos: Math.acos,
  arctan: Math.atan,
  exp: Math.exp,
  log: Math.log,
  ln: Math.log,
  log1p: Math.log1p,
  log2: Math.log2,
  sqrt: Math.sqrt,
  abs: Math.abs,
  floor: Math.floor,
  ceil: Math.ceil,
  min: Math.min,
  max: Math.max,
  degrees: x => (x * 180) / Math.PI,
  rad2deg: x => (x * 180) / Math.PI,
  radians: x => (x * Math.PI) / 180,
  deg2rad: x => (x * Math.PI) / 180,
  comb: (n, k) => {
    let ways = 1;
    for (let i = 1; i <= k; i++) ways = (ways * (n - k + i)) / i;
    return ways;
  },
};
const TWO = new Set(['atan2', 'min', 'max', 'comb']),
  LONGEST = 300;
const GREEK = {
  θ: 'theta',
  π: 'pi',
  γ: 'gamma',
  α: 'alpha',
  λ: 'lambda',
  '−': '-',
  '·': '*',
  '×': '*',
  '÷': '/',
  '²': '**2',
  '½': '0.5',
  '√': 'sqrt',
};
const PIECE = /\s*(?:(\d+\.?\d*(?:e[+-]?\d+)?|\.\d+(?:e[+-]?\d+)?)|([a-z_]\w*)|(\*\*|[-+*/^(),]))/iy;

/** The pieces of some arithmetic: numbers, names and signs. An Error says what is none of them. */
function pieces(text) {
  if (text.length > LONGEST) throw new Error(`At most ${LONGEST} signs are read.`);
  const plain = text
    .replace(/[θπγαλ−·×÷²½√]/g, sign => GREEK[sign])
    .replace(/^\s*return\b/, '')
    .replace(/\b(?:math|torch|np|numpy)\./g, '');
  const found = [];
  PIECE.lastIndex = 0;
  for (let end = plain.trimEnd().length; PIECE.lastIndex < end; ) {
    const from = PIECE.lastIndex,
      piece = PIECE.exec(plain);
    if (!piece)
      throw new Error(
        `“${plain.slice(from).trim()[0]}” cannot be read here: numbers, names, + − * / ** and brackets can.`,
      );
    found.push({ number: piece[1], name: piece[2], sign: piece[3], words: piece[0].trim() });
  }
  return found;
}

/** A function of the values of `names`, in their order, that some arithmetic stands for. */
function readFormula(text, names) {
  const all = pieces(text);
  let next = 0;
  const is = (...signs) => signs.includes(all[next]?.sign);
  const take = sign => {
    if (!is(sign))
      throw new Error(
        all[next] ? `Before “${all[next].words}” a “${sign}” is missing.` : `At the end a “${sign}” is missing.`,
      );
    next++;
  };
  const sum = () => {
    let left = product();
    while (is('+', '-')) {
      const minus = all[next++].sign === '-',
        a = left,
        b = product();
      left = minus ? at => a(at) - b(at) : at => a(at) + b(at);
    }
    return left;
  };
  const product = () => {
    let left = signed();
    while (is('*', '/')) {
      const over = all[next++].sign === '/',
        a = left,
        b = signed();
      left = over ? at => a(at) / b(at) : at => a(at) * b(at);
    }
    return left;
  };
  const signed = () => {
    if (is('+')) {
      next++;
      return signed();
    }
    if (is('-')) {
      next++;
      const of = signed();
      return at => -of(at);
    }
    return power();
  };
  const power = () => {
    const base = atom();
    if (!is('**', '^')) return base;
    next++;
    const up = signed();
    return at => base(at) ** up(at);
  };
  const atom = () => {
    const one = all[next++];
    if (!one) throw new Error('Something is missing at the end.');
    if (one.number) {
      const value = Number(one.number);
      return () => value;
    }
    if (one.sign === '(') {
      const inside = sum();
      take(')');
      return inside;
    }
    if (one.sign) throw new Error(`Before “${one.words}” something is missing.`);
    return is('(') ? called(one.name) : named(one.name);
  };
  const named = name => {
    const place = names.indexOf(name);
    if (place >= 0) return at => at[place];
    if (name === 'pi' || name === 'e') return () => (name === 'pi' ? Math.PI : Math.E);
    if (Object.hasOwn(ARITHMETIC, name)) throw new Error(`${name} wants brackets: ${name}(…).`);
    throw new Error(`“${name}” is not known here${names.length ? `: there are ${names.join(', ')} and pi` : ''}.`);
  };
  const called = name => {
    if (names.includes(name)) throw new Error(`Between ${name} and the bracket a sign is missing, * perhaps.`);
    if (!Object.hasOwn(ARITHMETIC, name))
      throw new Error(
        `The function ${name} is not known here: ` +
          `${Object.keys(ARITHMETIC).slice(0, 6).join(', ')}, exp, log, sqrt and others are.`,
      );
    take('(');
    const given = [sum()];
    while (is(',')) {
      next++;
      given.push(sum());
    }
    take(')');
    const wanted = TWO.has(name) ? 2 : 1;
    if (given.length !== wanted) throw new Error(`${name} takes ${wanted === 2 ? 'two numbers' : 'one number'}.`);
    return at => ARITHMETIC[name](...given.map(one => one(at)));
  };
  if (!all.length) throw new Error('Nothing is typed yet.');
  const whole = sum();
  if (next < all.length) throw new Error(`Before “${all[next].words}” a sign is missing.`);
  return whole;
}

/** Whether two lists are the same within the tolerance, as torch.allclose has it; what is not finite is null. */
function alike(ours, theirs, tolerance) {
  return ours.every((value, i) =>
    Number.isFinite(value) && theirs[i] !== null
      ? Math.abs(value - theirs[i]) <= tolerance + 1e-5 * Math.abs(theirs[i])
      : !Number.isFinite(value) && theirs[i] === null,
  );
}

/** With three digits after the point or more; a whole number, and a large one, with none if that will do. */
function said(value, digits) {
  const enough = Number.isInteger(value) || (Math.abs(value) >= 1e4 && digits === 0),
    places = enough ? 0 : Math.max(3, digits);
  return (value + 0).toLocaleString('en', { minimumFractionDigits: places, maximumFractionDigits: places });
}

/** Two different values in so many digits that they can be told apart, as exercise.py has it. */
function toldApart(one, other) {
  let digits = 0;
  while (digits < 17 && one.toFixed(digits) === other.toFixed(digits)) digits += 1;
  return [said(one, digits), said(other, digits)];
}

/** State and words for what was typed; `asked` is an exercise as answers.py writes it. */
function judge(asked, typed) {
  let values;
  try {
    const formula = readFormula(typed, asked.arguments);
    values = asked.inputs.map(formula);
  } catch (error) {
    return { state: 'not yet', words: error.message };
  }
  if (alike(values, asked.target, asked.tolerance)) return { state: 'done', words: asked.done };
  const apart = wrong =>
    Math.max(...values.map((value, i) => (Number.isFinite(value) ? Math.abs(value - wrong[i]) : 0)));
  const slips = asked.slips
    .filter(([, wrong]) => alike(values, wrong, asked.tolerance))
    .sort((one, other) => apart(one[1]) - apart(other[1]));
  if (slips.length) return { state: 'not yet', words: slips[0][0] };
  if (!values.every(Number.isFinite)) return { state: 'not yet', words: asked.not_finite };
  const gaps = values.map((value, i) => Math.abs(value - asked.target[i])),
    worst = gaps.indexOf(Math.max(...gaps));
  const where = asked.arguments
    .map((name, i) => `${name} = ${Number(asked.inputs[worst][i].toPrecision(3))}`)
    .join(', ');
  const [ours, yours] = toldApart(asked.target[worst], values[worst]);
  return {
    state: 'not yet',
    words: `Not the same yet: ${where ? `at ${where} ` : ''}it should be ${ours}; yours is ${yours}.`,
  };
}

/** Let the page's exercises be answered. */
function openExercises() {
  const marks = { 'not yet': '◐', done: '●' };
  for (const form of document.querySelectorAll('form.answer')) {
    const asked = JSON.parse(form.querySelector('script').textContent),
      status = form.parentElement.querySelector('[role=status]');
    form.hidden = false;
    form.addEventListener('submit', event => {
      event.preventDefault();
      const { state, words } = judge(asked, form.elements.formula.value);
      form.parentElement.dataset.state = state;
      status.replaceChildren(
        Object.assign(document.createElement('b'), {
          textContent: `${marks[state]} Exercise ${asked.number}: ${state}.`,
        }),
        ` ${words}`,
      );
    });
  }
}
if (typeof document !== 'undefined') addEventListener('DOMContentLoaded', openExercises);
