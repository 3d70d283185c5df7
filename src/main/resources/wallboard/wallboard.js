/** The page: keeps the picture, and shows it as a list or as one call. */

import {Connection} from './connection.js';
import {Detail} from './detail.js';
import {NONE, className, forgetColors, letter, sign} from './emotions.js';
import {CallList, emotionNow} from './list.js';
import {duration, element, percent, roleName, setText, timeOfDay} from './text.js';

const MOST_CARDS = 8;
const byId = id => document.getElementById(id);

const calls = new Map();
let totals = null;
let labels = [];
let frame = 0;
let announced = null;

const now = () => connection.now();
const list = new CallList(byId('rows'), byId('nothing'), () => now());
const detail = new Detail(byId('detail'), () => now());

/** A changed row tells which stretches of its strips are new; the others are kept. */
function take(call) {
  const before = calls.get(call.id);
  for (const channel of call.channels) {
    const old = before?.channels.find(each => each.stream === channel.stream && each.channel === channel.channel);
    channel.strip = [...(old?.strip.slice(0, channel.from) ?? []), ...channel.strip];
  }
  calls.set(call.id, call);
  list.put(call);
  detail.changed(call.id);
}

function changes(data) {
  data.calls.forEach(take);
  for (const id of data.gone) {
    calls.delete(id);
    list.remove(id);
    detail.gone(id);
  }
  totals = data.totals;
  if (labels.length !== data.labels.length) {
    labels = data.labels;
    chips();
  }
  draw();
}

function picture(data) {
  const there = new Set(data.calls.map(call => call.id));
  data.gone = [...calls.keys()].filter(id => !there.has(id));
  calls.clear();
  changes(data);
}

/** Once a frame, however many changes came. */
function draw() {
  frame ||= requestAnimationFrame(() => {
    frame = 0;
    list.update();
    summarize();
    showAlerts();
  });
}

function summarize() {
  const live = [...calls.values()].filter(call => !call.endedAt);
  setText(byId('total-live'), String(live.length));
  const alerted = live.filter(call => call.alerts.length > 0).length;
  setText(byId('total-alerted'), String(alerted));
  byId('total-alerted').parentNode.classList.toggle('warn', alerted > 0);
  setText(byId('total-ended'), String(totals.calls));
  setText(byId('total-alerts'), String(totals.alerts));
  setText(byId('total-length'), totals.calls > 0 ? duration(totals.meanDurationMs) : '–');
  shares();
  const counts = new Map();
  for (const call of live) {
    const emotion = emotionNow(call, now());
    counts.set(emotion, (counts.get(emotion) ?? 0) + 1);
  }
  for (const chip of byId('chips').children) {
    setText(chip.lastChild, String(counts.get(chip.value) ?? 0));
  }
  const title = alerted > 0 ? `(${alerted}) Wallboard` : 'Wallboard';
  if (document.title !== title) {
    document.title = title;
  }
}

/** The share of each emotion in what customers said today, as one bar. */
function shares() {
  const heard = Object.entries(totals.emotionMs).filter(([label, ms]) => label !== NONE && ms > 0);
  const sum = heard.reduce((total, [, ms]) => total + ms, 0);
  const written = heard.map(([label, ms]) => label + Math.round((1000 * ms) / sum)).join();
  const place = byId('total-shares');
  if (sum === 0 || place.dataset.written === written) {
    return;
  }
  place.dataset.written = written;
  heard.sort((one, other) => other[1] - one[1]);
  const bar = element('span', 'stack', {role: 'img', 'aria-label': heard.map(([label, ms]) => `${label} ${percent(ms / sum)}`).join(', ')});
  for (const [label, ms] of heard) {
    const part = element('span', `part ${className(label)}`, {title: `${label} ${percent(ms / sum)}`}, ms / sum > 0.06 ? `${letter(label)} ${Math.round((100 * ms) / sum)}` : '');
    part.style.flexGrow = ms / sum;
    bar.append(part);
  }
  place.replaceChildren(bar);
}

/** On top, those first that have held longest; told aloud when they are new. */
function showAlerts() {
  const raised = [...calls.values()].flatMap(call => call.alerts.map(alert => ({call, alert})));
  raised.sort((one, other) => one.alert.raisedAt - other.alert.raisedAt);
  const key = ({call, alert}) => JSON.stringify([call.id, alert.channel, alert.rule]);
  const keys = raised.map(key);
  byId('no-alerts').hidden = raised.length > 0;
  const cards = byId('alert-cards');
  const written = keys.join();
  if (cards.dataset.written !== written) {
    cards.dataset.written = written;
    cards.replaceChildren(...raised.slice(0, MOST_CARDS).map(card));
    if (raised.length > MOST_CARDS) {
      cards.append(element('li', 'more faint', {}, `and ${raised.length - MOST_CARDS} more`));
    }
  }
  const fresh = announced === null ? [] : raised.filter(each => !announced.has(key(each)));
  announced = new Set(keys);
  if (fresh.length > 0) {
    byId('announcement').textContent = fresh.slice(0, 3)
      .map(({call, alert}) => `Alert: ${alert.emotion}, ${roleName(alert.role).toLowerCase()} of call ${call.id}`).join('. ')
      + (fresh.length > 3 ? `. And ${fresh.length - 3} more` : '');
  }
}

function card({call, alert}) {
  const since = element('span', 'figure', {}, duration(now() - alert.raisedAt));
  since.dataset.since = alert.raisedAt;
  return element('li', 'alert', {},
    element('a', '', {href: `#/call/${encodeURIComponent(call.id)}`},
      sign(alert.emotion),
      element('span', 'what', {}, element('strong', '', {}, call.id), element('span', '', {}, `${roleName(alert.role)}: ${alert.rule}`)),
      since));
}

function chips() {
  const before = new Set([...byId('chips').querySelectorAll('[aria-pressed=true]')].map(chip => chip.value));
  byId('chips').replaceChildren(...[...labels, NONE].map(label => {
    const name = label === NONE ? 'no speech' : label;
    const chip = element('button', 'chip', {type: 'button', value: label, 'aria-pressed': String(before.has(label))},
      ...(label === NONE ? [] : [sign(label)]), element('span', 'name', {}, name), element('span', 'count', {}, '0'));
    chip.addEventListener('click', () => {
      chip.setAttribute('aria-pressed', String(chip.getAttribute('aria-pressed') !== 'true'));
      wish();
    });
    return chip;
  }));
}

function wish() {
  list.wish({
    find: byId('find').value.trim().toLowerCase(),
    emotions: new Set([...byId('chips').querySelectorAll('[aria-pressed=true]')].map(chip => chip.value)),
    onlyAlerts: byId('only-alerts').checked,
    endedToo: byId('ended-too').checked,
    sort: byId('sort').value,
  });
}

function state(name) {
  const ageMs = connection.ageMs();
  const seconds = Math.floor(ageMs / 1000);
  byId('state').dataset.state = name;
  document.body.classList.toggle('is-cut-off', name === 'cut off');
  setText(byId('state-text'), {live: 'Live', connecting: 'Connecting', 'cut off': 'Disconnected'}[name]);
  byId('cut-off').hidden = name !== 'cut off';
  if (name === 'cut off') {
    // Told aloud once, and then written only.
    setText(byId('cut-off'), `Disconnected. This picture is ${seconds < 60 ? `${seconds} s` : duration(ageMs)} old; trying to connect again.`);
    byId('cut-off').setAttribute('aria-live', seconds < 2 ? 'polite' : 'off');
  }
  shown = name;
}

let shown = 'connecting';

function route() {
  const found = location.hash.match(/^#\/call\/(.+)$/);
  const id = found ? decodeURIComponent(found[1]) : null;
  const before = detail.id;
  byId('board').hidden = id !== null;
  byId('detail').hidden = id === null;
  if (id === null) {
    detail.close();
    list.redraw();
    if (before !== null) {
      const link = [...byId('rows').querySelectorAll('a.id')].find(each => each.textContent === before);
      link?.focus({preventScroll: false});
    }
  } else if (id !== before) {
    scrollTo(0, 0);
    detail.open(id);
  }
}

const THEMES = ['automatic', 'light', 'dark'];

function theme(name) {
  document.documentElement.dataset.theme = name;
  setText(byId('theme'), `Theme: ${name}`);
  forgetColors();
  list.redraw();
  detail.redraw();
}

function keys(event) {
  const typing = event.target.matches('input:not([type=checkbox]):not([type=radio]), select, textarea');
  if (event.ctrlKey || event.metaKey || event.altKey) {
    return;
  }
  if (event.key === 'Escape') {
    if (detail.id !== null) {
      location.hash = '#/';
    } else if (typing) {
      byId('find').value = '';
      wish();
      event.target.blur();
    }
  } else if (event.key === '/' && !typing && detail.id === null) {
    byId('find').focus();
    event.preventDefault();
  } else if ((event.key === 'ArrowDown' || event.key === 'ArrowUp') && !typing && detail.id === null) {
    list.step(event.key === 'ArrowDown' ? 1 : -1);
    event.preventDefault();
  }
}

const connection = new Connection({picture, changes, state: name => state(name)});

theme(THEMES.includes(localStorage.getItem('theme')) ? localStorage.getItem('theme') : THEMES[0]);
byId('theme').addEventListener('click', () => {
  const next = THEMES[(THEMES.indexOf(document.documentElement.dataset.theme) + 1) % THEMES.length];
  localStorage.setItem('theme', next);
  theme(next);
});
matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => theme(document.documentElement.dataset.theme));
for (const id of ['find', 'only-alerts', 'ended-too', 'sort']) {
  byId(id).addEventListener('input', wish);
}
document.querySelector('.tools').addEventListener('submit', event => event.preventDefault());
addEventListener('keydown', keys);
addEventListener('hashchange', route);
addEventListener('resize', () => list.redraw());
setInterval(() => {
  setText(byId('clock'), timeOfDay(now()));
  for (const since of document.querySelectorAll('[data-since]')) {
    setText(since, duration(now() - Number(since.dataset.since)));
  }
  list.tick();
  state(shown);
}, 1_000);
route();
