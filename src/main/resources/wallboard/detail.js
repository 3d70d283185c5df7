/** One call: what is known of it, its emotions' probabilities over time, and who talks. */

import uPlot from './uPlot.esm.js';
import {CorrectionForm} from './correction.js';
import {colors, letter, plainColors, sign} from './emotions.js';
import {QUIET_MS, lengthMs} from './list.js';
import {fit} from './strip.js';
import {duration, element, percent, roleName, setText, spoken, timeOfDay} from './text.js';

/** Between two looks at a call that goes on. */
const BETWEEN_LOADS_MS = 1_000;
const CHART_HEIGHT = 240;
const LANE_HEIGHT = 22;

/** Lines are told apart without colors too. */
const DASHES = [[], [8, 4], [2, 3], [10, 3, 2, 3], [5, 2], [1, 2]];

const FAULTS = {
  OFFSETS_STAND_STILL: 'media offsets stand still',
  OFFSETS_IN_MILLISECONDS: 'media offsets are in milliseconds',
  NUMBERS_IN_MILLISECONDS: 'sequence numbers are in milliseconds',
  BASE64_PAYLOAD: 'the payload is text',
  WRONG_BYTE_ORDER: 'the byte order is wrong',
  WRONG_G711_LAW: 'mu-law and A-law are mistaken',
  WRONG_SAMPLE_RATE: 'the sample rate is wrong',
  OFFSETS_IN_OTHER_UNIT: 'media offsets are not in microseconds',
  OFFSETS_GO_BACK: 'media offsets go back',
  NUMBERS_IN_SAMPLES: 'sequence numbers count samples',
  PCM_AS_G711: 'the payload is 16-bit PCM, not G.711',
  PCM_8_BIT_AS_G711: 'the payload is 8-bit PCM, not G.711',
  G711_AS_PCM: 'the payload is G.711, not PCM',
};

export class Detail {
  #id = null;
  #detail = null;
  #panels = new Map();
  #loading = false;
  #loadedAt = -Infinity;
  #due = 0;

  constructor(place, now) {
    this.place = place;
    this.now = now;
    // Of charts; how wide they are depends on how many there are, too.
    this.sizes = new ResizeObserver(entries => entries.forEach(({target}) => target.panel?.chart?.setSize({width: target.clientWidth, height: CHART_HEIGHT})));
    addEventListener('resize', () => this.#detail && this.#lanes(this.#detail));
  }

  get id() {
    return this.#id;
  }

  async open(id) {
    this.close();
    this.#id = id;
    this.place.replaceChildren(element('p', 'nothing', {}, 'Loading.'));
    await this.#load();
    this.place.querySelector('h2')?.focus();
  }

  close() {
    clearTimeout(this.#due);
    this.#id = null;
    this.#detail = null;
    this.#form = null;
    for (const panel of this.#panels.values()) {
      panel.chart?.destroy();
    }
    this.sizes.disconnect();
    this.#panels.clear();
    this.place.replaceChildren();
  }

  #form = null;

  /** The call has changed; looks again, but not all the time. */
  changed(id) {
    if (id === this.#id && !this.#loading) {
      clearTimeout(this.#due);
      const waitMs = Math.max(0, this.#loadedAt + BETWEEN_LOADS_MS - performance.now());
      this.#due = setTimeout(() => this.#load(), waitMs);
    }
  }

  gone(id) {
    if (id === this.#id) {
      this.place.querySelector('.gone')?.removeAttribute('hidden');
    }
  }

  async #load() {
    const id = this.#id;
    this.#loading = true;
    this.#loadedAt = performance.now();
    try {
      const answer = await fetch(`/api/calls/${encodeURIComponent(id)}`, {headers: {Accept: 'application/json'}});
      const body = await answer.json();
      if (id !== this.#id) {
        return;
      }
      if (answer.ok) {
        this.#show(body);
      } else if (!this.#detail) {
        this.place.replaceChildren(this.#back(), element('p', 'nothing', {}, `No such call: ${body.error}.`));
      }
    } catch {
      // The stream tells whether the server is there; the next change loads again.
      if (id === this.#id && !this.#detail) {
        this.place.replaceChildren(this.#back(), element('p', 'nothing', {}, 'The call could not be loaded.'));
      }
    } finally {
      this.#loading = false;
    }
  }

  #back() {
    return element('a', 'back', {href: '#/'}, '← All calls');
  }

  #show(detail) {
    const first = this.#detail === null;
    this.#detail = detail;
    if (first) {
      this.#frame(detail);
    }
    this.#facts(detail);
    for (const channel of detail.channels) {
      this.#channel(channel);
    }
    this.#lanes(detail);
    this.#history(detail);
    this.#form?.show(detail);
  }

  #frame(detail) {
    this.facts = element('dl', 'facts');
    this.charts = element('div', 'charts');
    this.talkers = element('div', 'lanes');
    this.alerts = element('div', '');
    this.talkNote = element('p', 'faint');
    const sections = [
      this.charts,
      element('section', 'card', {'aria-labelledby': 'who-talks'},
        element('h3', '', {id: 'who-talks'}, 'Who talks'), this.talkers, this.talkNote),
      element('section', 'card', {'aria-labelledby': 'raised'}, element('h3', '', {id: 'raised'}, 'Alerts'), this.alerts),
    ];
    if (detail.correctable) {
      this.#form = new CorrectionForm(detail.labels, (stream, channel, window) => this.#mark(stream, channel, window));
      sections.splice(2, 0, this.#form.node);
    }
    this.place.replaceChildren(
      element('div', 'title', {}, this.#back(), element('h2', '', {tabindex: '-1'}, detail.id)),
      element('p', 'gone note', {role: 'status', hidden: ''}, 'This call is no longer on the wallboard.'),
      this.facts,
      ...sections);
  }

  #facts(detail) {
    const facts = [
      ['State', detail.endedAt ? `ended ${timeOfDay(detail.endedAt)}` : 'going on'],
      ['Began', timeOfDay(detail.beganAt)],
      ['Length', duration(detail.mediaMs)],
      ['Alerts', String(detail.raised)],
      ['Model', detail.channels.find(channel => channel.model?.trim())?.model ?? '–'],
    ];
    if (detail.summary) {
      facts.push(['Nobody talks', duration(detail.summary.nonTalkMs)], ['Both talk', duration(detail.summary.overlapMs)]);
    }
    const faults = [...new Set(detail.channels.flatMap(channel => channel.quality ?? []))];
    if (faults.length > 0) {
      facts.push(['Audio', faults.map(fault => FAULTS[fault] ?? fault).join(', ')]);
    }
    const written = JSON.stringify(facts);
    if (this.facts.dataset.written !== written) {
      this.facts.dataset.written = written;
      this.facts.replaceChildren(
        ...facts.map(([name, value]) => element('div', '', {}, element('dt', '', {}, name), element('dd', '', {}, value))));
    }
  }

  /** What is drawn of a channel. */
  #channel(channel) {
    if (channel.endMs.length === 0) {
      return;
    }
    const key = JSON.stringify([channel.stream, channel.channel]);
    let panel = this.#panels.get(key);
    if (!panel) {
      panel = this.#panel(channel, this.#panels.size);
      this.#panels.set(key, panel);
    }
    panel.channel = channel;
    const quiet = !channel.speech || (!this.#detail.endedAt && this.now() - channel.at > QUIET_MS);
    const text = quiet ? 'no speech' : `${channel.emotion} ${percent(channel.confidence)}${channel.uncertain ? ', unsure' : ''}`;
    if (panel.text !== text) {
      panel.text = text;
      panel.current.replaceChildren(...(quiet ? [] : [sign(channel.emotion)]), element('span', '', {}, text));
    }
    this.#chart(panel);
    if (panel.table.parentNode.open) {
      this.#table(panel);
    }
  }

  #panel(channel, index) {
    const panel = {current: element('span', 'badge'), plot: element('div', 'plot'), table: element('div', 'windows')};
    const title = `${roleName(channel.role)} · ${channel.channel}`;
    const legend = element('ul', 'legend', {'aria-label': 'Lines'});
    for (const label of this.#detail.labels) {
      legend.append(element('li', '', {}, sign(label), element('span', '', {}, label)));
    }
    legend.append(
      element('li', '', {}, element('i', 'swatch e-quiet', {'aria-hidden': 'true'}), element('span', '', {}, 'no speech')),
      element('li', '', {}, element('i', 'swatch hatched e-missing', {'aria-hidden': 'true'}), element('span', '', {}, 'audio missing')));
    const details = element('details', '', {}, element('summary', '', {}, 'As a table'), panel.table);
    details.addEventListener('toggle', () => details.open && this.#table(panel));
    panel.node = element('section', 'card', {'aria-labelledby': `channel-${index}`},
      element('div', 'heading', {}, element('h3', '', {id: `channel-${index}`}, title), panel.current),
      element('figure', '', {}, panel.plot, element('figcaption', '', {}, legend)), details);
    this.charts.append(panel.node);
    panel.plot.panel = panel;
    this.sizes.observe(panel.plot);
    return panel;
  }

  /** Columns for the chart, with a hole wherever no window covers the time. */
  static columns(channel, labelCount) {
    const x = [];
    const lines = Array.from({length: labelCount}, () => []);
    for (let i = 0; i < channel.endMs.length; i++) {
      if (i > 0 && channel.beginMs[i] > channel.endMs[i - 1]) {
        x.push((channel.beginMs[i] + channel.endMs[i - 1]) / 2000);
        lines.forEach(line => line.push(null));
      }
      x.push(channel.endMs[i] / 1000);
      lines.forEach((line, label) => line.push(channel.said[i] < 0 ? null : channel.probabilities[label]?.[i] ?? 0));
    }
    return [x, ...lines];
  }

  #chart(panel) {
    const labels = this.#detail.labels;
    const data = Detail.columns(panel.channel, labels.length);
    const untilMs = Math.max(30_000, this.#detail.mediaMs);
    const newest = panel.channel.said.length - 1;
    panel.plot.setAttribute('role', 'img');
    panel.plot.setAttribute('aria-label',
      `Probabilities of ${labels.join(', ')} over ${spoken(untilMs)}`
        + (newest >= 0 && panel.channel.said[newest] >= 0 ? `; now ${labels[panel.channel.said[newest]]}` : ''));
    if (panel.chart && panel.labelCount === labels.length) {
      panel.untilMs = untilMs;
      panel.chart.setData(data);
      return;
    }
    panel.chart?.destroy();
    panel.labelCount = labels.length;
    panel.untilMs = untilMs;
    panel.chart = new uPlot(this.#options(panel, labels), data, panel.plot);
    panel.chart.over.addEventListener('click', event => this.#pick(panel, event.offsetX));
  }

  #options(panel, labels) {
    const axes = plainColors('e-axis');
    const axis = {stroke: axes.ink, grid: {stroke: axes.fill, width: 1}, ticks: {stroke: axes.fill, width: 1}, font: '12px system-ui, sans-serif'};
    return {
      width: Math.max(240, panel.plot.clientWidth),
      height: CHART_HEIGHT,
      legend: {show: false},
      // On the right is room for the letters of the lines.
      padding: [12, 20, 0, 0],
      cursor: {y: false, points: {size: 7}},
      scales: {x: {time: false, range: () => [0, panel.untilMs / 1000]}, y: {range: [0, 1]}},
      axes: [
        {...axis, values: (plot, splits) => splits.map(second => duration(second * 1000)), space: 60},
        {...axis, values: (plot, splits) => splits.map(share => `${Math.round(share * 100)} %`), size: 52, splits: [0, 0.25, 0.5, 0.75, 1]},
      ],
      series: [
        {},
        ...labels.map((label, i) => ({label, stroke: colors(label).fill, width: 2, dash: DASHES[i % DASHES.length], spanGaps: false, points: {show: false}})),
      ],
      hooks: {drawClear: [plot => this.#background(plot, panel)], draw: [plot => this.#ends(plot, panel, labels)]},
    };
  }

  /** What is missing, where nobody is heard, and the window that is being corrected. */
  #background(plot, panel) {
    const {ctx, bbox} = plot;
    const band = (beginMs, endMs, paint) => {
      const left = Math.max(bbox.left, plot.valToPos(beginMs / 1000, 'x', true));
      const right = Math.min(bbox.left + bbox.width, plot.valToPos(endMs / 1000, 'x', true));
      if (right > left) {
        ctx.save();
        ctx.beginPath();
        ctx.rect(left, bbox.top, Math.max(2, right - left), bbox.height);
        ctx.clip();
        paint(left, right);
        ctx.restore();
      }
    };
    const quiet = plainColors('e-quiet');
    const channel = panel.channel;
    for (let i = 0; i < channel.endMs.length; i++) {
      const before = i === 0 ? 0 : channel.endMs[i - 1];
      if (channel.beginMs[i] > before || channel.said[i] < 0) {
        band(before, channel.said[i] < 0 ? channel.endMs[i] : channel.beginMs[i], (left, right) => {
          ctx.fillStyle = quiet.fill;
          ctx.fillRect(left, bbox.top, right - left, bbox.height);
        });
      }
    }
    const missing = plainColors('e-missing');
    for (const [beginMs, endMs] of channel.gaps) {
      band(beginMs, endMs, (left, right) => {
        ctx.strokeStyle = missing.fill;
        ctx.lineWidth = 2 * devicePixelRatio;
        for (let x = left - bbox.height; x < right; x += 9 * devicePixelRatio) {
          ctx.beginPath();
          ctx.moveTo(x, bbox.top + bbox.height);
          ctx.lineTo(x + bbox.height, bbox.top);
          ctx.stroke();
        }
      });
    }
    if (panel.marked) {
      band(panel.marked.beginMs, panel.marked.endMs, (left, right) => {
        ctx.fillStyle = plainColors('e-marked').fill;
        ctx.fillRect(left, bbox.top, right - left, bbox.height);
      });
    }
  }

  /** Each line's letter at its end, if no other stands there. */
  #ends(plot, panel, labels) {
    const {ctx} = plot;
    const last = plot.data[0].length - 1;
    const taken = [];
    ctx.save();
    ctx.font = `700 ${11 * devicePixelRatio}px system-ui, sans-serif`;
    ctx.textBaseline = 'middle';
    ctx.textAlign = 'left';
    const order = labels.map((_, i) => i).sort((one, other) => (plot.data[other + 1][last] ?? 0) - (plot.data[one + 1][last] ?? 0));
    for (const i of order) {
      const value = plot.data[i + 1][last];
      if (last < 0 || value === null) {
        continue;
      }
      const y = plot.valToPos(value, 'y', true);
      if (taken.every(other => Math.abs(other - y) > 11 * devicePixelRatio)) {
        taken.push(y);
        ctx.fillStyle = colors(labels[i]).fill;
        const x = plot.valToPos(plot.data[0][last], 'x', true) + 6 * devicePixelRatio;
        ctx.fillText(letter(labels[i]), x, y);
      }
    }
    ctx.restore();
  }

  #pick(panel, x) {
    const atMs = panel.chart.posToVal(x, 'x') * 1000;
    this.#form?.choose(panel.channel.stream, panel.channel.channel, atMs);
  }

  #mark(stream, channel, window) {
    for (const panel of this.#panels.values()) {
      const marked = panel.channel.stream === stream && panel.channel.channel === channel ? window : null;
      if (JSON.stringify(panel.marked) !== JSON.stringify(marked)) {
        panel.marked = marked;
        panel.chart?.redraw(false);
      }
    }
  }

  #table(panel) {
    const {channel} = panel;
    const table = element('table', '', {}, element('thead', '', {}, element('tr', '', {},
      ...['Window', 'Emotion', 'Probability', 'Speech'].map(name => element('th', '', {scope: 'col'}, name)))));
    const body = element('tbody');
    for (let i = channel.endMs.length - 1; i >= Math.max(0, channel.endMs.length - 30); i--) {
      const said = channel.said[i];
      body.append(element('tr', '', {},
        element('td', '', {}, `${duration(channel.beginMs[i])} – ${duration(channel.endMs[i])}`),
        element('td', '', {}, said < 0 ? 'no speech' : this.#detail.labels[said]),
        element('td', '', {}, said < 0 ? '–' : percent(channel.probabilities[said][i])),
        element('td', '', {}, percent(channel.speechShare[i]))));
    }
    table.append(body);
    panel.table.replaceChildren(table);
  }

  /** A lane for each channel: dark where the voice fills its windows. */
  #lanes(detail) {
    const untilMs = Math.max(30_000, detail.mediaMs);
    const rows = detail.channels.map(channel => {
      const canvas = element('canvas', '', {role: 'img', height: String(LANE_HEIGHT)});
      const whole = channel.talkMs === undefined ? '' : `talks ${duration(channel.talkMs)} of ${duration(channel.audioMs)}`
        + (channel.gapCount > 0 ? `, ${duration(channel.gapMs)} missing in ${channel.gapCount} places` : '');
      canvas.setAttribute('aria-label', `${roleName(channel.role)}: ${whole || 'speech over time'}`);
      return {channel, canvas, node: element('div', 'talker', {}, element('span', '', {}, `${roleName(channel.role)} · ${channel.channel}`), canvas, element('span', 'faint number', {}, whole))};
    });
    this.talkers.replaceChildren(...rows.map(row => row.node));
    for (const {channel, canvas} of rows) {
      this.#drawLane(channel, canvas, untilMs);
    }
    const unheard = detail.channels.filter(channel => channel.endMs.length === 0).length;
    setText(this.talkNote, detail.summary
      ? (unheard > 0 ? 'Channels that are not analyzed have no timeline; how long they talk is measured by energy alone.' : '')
      : detail.channels.length > 1 ? ''
      : 'Channels that are not analyzed, such as agents by default, come with the summary at the end of the call.');
  }

  #drawLane(channel, canvas, untilMs) {
    const context = fit(canvas, canvas.clientWidth, LANE_HEIGHT);
    const scale = canvas.clientWidth / untilMs;
    const voice = plainColors('e-voice');
    context.fillStyle = voice.ink;
    context.globalAlpha = 0.18;
    context.fillRect(0, LANE_HEIGHT - 1, canvas.clientWidth, 1);
    context.globalAlpha = 1;
    context.fillStyle = voice.fill;
    let doneMs = 0;
    for (let i = 0; i < channel.endMs.length; i++) {
      const beginMs = Math.max(doneMs, channel.beginMs[i]);
      const high = Math.round(LANE_HEIGHT * channel.speechShare[i]);
      context.fillRect(beginMs * scale, LANE_HEIGHT - high, Math.max(1, (channel.endMs[i] - beginMs) * scale), high);
      doneMs = channel.endMs[i];
    }
    context.fillStyle = plainColors('e-missing').fill;
    for (const [beginMs, endMs] of channel.gaps) {
      context.fillRect(beginMs * scale, 0, Math.max(2, (endMs - beginMs) * scale), 4);
    }
  }

  #history(detail) {
    const written = JSON.stringify(detail.history);
    if (this.alerts.dataset.written === written) {
      return;
    }
    this.alerts.dataset.written = written;
    if (detail.history.length === 0) {
      this.alerts.replaceChildren(element('p', 'faint', {}, 'None so far.'));
      return;
    }
    const table = element('table', '', {}, element('thead', '', {}, element('tr', '', {},
      ...['Rule', 'Channel', 'State', 'Held'].map(name => element('th', '', {scope: 'col'}, name)))));
    const body = element('tbody');
    for (const alert of detail.history) {
      body.append(element('tr', '', {},
        element('td', '', {}, alert.rule),
        element('td', '', {}, `${roleName(alert.role)} · ${alert.channel}`),
        element('td', '', {}, alert.state === 'RAISED' ? 'raised' : 'cleared'),
        element('td', '', {}, `${duration(alert.sinceMs)} – ${duration(alert.untilMs)}`)));
    }
    table.append(body);
    this.alerts.replaceChildren(table);
  }

  /** The colors are others. */
  redraw() {
    if (!this.#detail) {
      return;
    }
    for (const panel of this.#panels.values()) {
      panel.chart?.destroy();
      panel.chart = null;
      this.#chart(panel);
    }
    this.#lanes(this.#detail);
  }
}
