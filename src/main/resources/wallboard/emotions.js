/** How each emotion looks: a color of the style sheet, a letter and a shape, so that no one of them is needed. */

const SVG = 'http://www.w3.org/2000/svg';

/** Paths in a square of 24. */
const SHAPES = {
  angry: 'M12 2 23 21.5H1Z',
  happy: 'M12 1.5a10.5 10.5 0 1 1 0 21 10.5 10.5 0 0 1 0-21Z',
  fear: 'M12 .5 23.5 12 12 23.5.5 12Z',
  sad: 'M1 2.5h22L12 22Z',
  surprise: 'M12 0 15.4 6.1 22.4 6 18.8 12 22.4 18 15.4 17.9 12 24 8.6 17.9 1.6 18 5.2 12 1.6 6 8.6 6.1Z',
  neutral: 'M3 3h18v18H3Z',
  disgust: 'M6.5 2h11L23 12l-5.5 10h-11L1 12Z',
  calm: 'M1 6h22v12H1Z',
  boredom: 'M7.5 1h9v22h-9Z',
};
const OTHER = 'M6 2h12l4 4v12l-4 4H6l-4-4V6Z';

/** Where the letter stands, from above. */
const BASELINES = {angry: 18.5, sad: 13.5};

/** From the most to the least alarming; a timeline's bars are as high. */
const HEIGHTS = {angry: 1, fear: 0.86, disgust: 0.8, surprise: 0.7, happy: 0.56, sad: 0.44, boredom: 0.36, neutral: 0.26, calm: 0.26};

/** No speech, or nothing heard yet. */
export const NONE = 'none';

export function className(label) {
  return label in SHAPES ? `e-${label}` : 'e-other';
}

/** The first that no other of the models' labels has. */
export function letter(label) {
  return label === 'surprise' ? 'U' : label.slice(0, 1).toUpperCase();
}

export function height(label) {
  return HEIGHTS[label] ?? 0.6;
}

/** The sign of an emotion; what it says stands beside it. */
export function sign(label) {
  const svg = document.createElementNS(SVG, 'svg');
  svg.setAttribute('viewBox', '0 0 24 24');
  svg.setAttribute('class', `sign ${className(label)}`);
  svg.setAttribute('aria-hidden', 'true');
  svg.dataset.emotion = label;
  const path = document.createElementNS(SVG, 'path');
  path.setAttribute('d', SHAPES[label] ?? OTHER);
  const text = document.createElementNS(SVG, 'text');
  text.setAttribute('x', '12');
  text.setAttribute('y', String(BASELINES[label] ?? 16));
  text.setAttribute('text-anchor', 'middle');
  text.textContent = letter(label);
  svg.append(path, text);
  return svg;
}

let cache = new Map();

/** Colors as the style sheet has them now, for what is drawn on a canvas: fill and ink. */
export function colors(label) {
  const name = className(label);
  if (!cache.has(name)) {
    const probe = document.createElement('i');
    probe.className = `probe ${name}`;
    document.body.append(probe);
    const style = getComputedStyle(probe);
    cache.set(name, {fill: style.backgroundColor, ink: style.color});
    probe.remove();
  }
  return cache.get(name);
}

/** Colors of a class that is no emotion. */
export function plainColors(name) {
  const probe = document.createElement('i');
  probe.className = `probe ${name}`;
  document.body.append(probe);
  const style = getComputedStyle(probe);
  const found = {fill: style.backgroundColor, ink: style.color};
  probe.remove();
  return found;
}

export function forgetColors() {
  cache = new Map();
}
