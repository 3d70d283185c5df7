/** The timeline of a channel as a strip: a block for each stretch, whose color, height and letter tell the emotion. */

import {NONE, colors, height, letter} from './emotions.js';

/** A call is at least so wide, so that its first seconds are no wall of color. */
const LEAST_MS = 60_000;
const LETTER_PX = 15;

/** Makes a canvas of a size in the pixels of the screen; gives what draws on it. */
export function fit(canvas, width, height) {
  const ratio = devicePixelRatio || 1;
  const wide = Math.round(width * ratio);
  const high = Math.round(height * ratio);
  if (canvas.width !== wide || canvas.height !== high) {
    canvas.width = wide;
    canvas.height = high;
  }
  const context = canvas.getContext('2d');
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  context.clearRect(0, 0, width, height);
  return context;
}

/** Stretches are [label, beginMs, endMs], ascending; the size is given, for asking would lay out the page. */
export function drawStrip(canvas, stretches, untilMs, width, tall) {
  const context = fit(canvas, width, tall);
  const scale = width / Math.max(LEAST_MS, untilMs);
  context.font = '600 10px system-ui, sans-serif';
  context.textAlign = 'center';
  context.textBaseline = 'alphabetic';
  for (const [label, beginMs, endMs] of stretches) {
    const x = beginMs * scale;
    const wide = Math.max(1, (endMs - beginMs) * scale - 1);
    if (label === NONE) {
      context.fillStyle = colors('other').fill;
      context.fillRect(x, tall - 2, wide, 1);
      continue;
    }
    const {fill, ink} = colors(label);
    const high = Math.max(4, Math.round(tall * height(label)));
    context.fillStyle = fill;
    context.fillRect(x, tall - high, wide, high);
    if (wide >= LETTER_PX && high >= 11) {
      context.fillStyle = ink;
      context.fillText(letter(label), x + wide / 2, tall - (high - 8) / 2);
    } else if (wide >= LETTER_PX) {
      context.fillStyle = fill;
      context.fillText(letter(label), x + wide / 2, tall - high - 2);
    }
  }
}

/** What the strip shows, in words: the last stretches. */
export function describe(stretches) {
  const heard = stretches.filter(([label]) => label !== NONE).slice(-4);
  return heard.length === 0
    ? 'nothing heard yet'
    : 'last ' + heard.map(([label, beginMs, endMs]) => `${label} ${Math.round((endMs - beginMs) / 1000)} s`).join(', ');
}
