/** The list of calls: one row each, of which only what changed is touched. */

import {NONE, sign} from './emotions.js';
import {describe, drawStrip} from './strip.js';
import {duration, element, percent, roleName, setText} from './text.js';

/** A channel of which nothing has come for so long is quiet. */
export const QUIET_MS = 5_000;

/** An ended call stays so long unless it is asked for. */
const FADE_MS = 60_000;
const BETWEEN_SORTS_MS = 2_000;
const MOST_STRIPS = 2;

/** As in the style sheet: of one strip, and of one of two. */
const STRIP_HEIGHT = 30;
const LANE_HEIGHT = 22;

/** Of the letter before a strip, with the space between them. */
const WHO_WIDTH = 16;

/** How long a frame may take for rows out of sight. */
const SPARE_MS = 4;

/** Whose emotion counts: the customer's, or that of whoever is heard. */
export function mainChannel(call) {
  const heard = call.channels.filter(channel => channel.emotion);
  return heard.find(channel => channel.role === 'CUSTOMER') ?? heard.find(channel => channel.role !== 'AGENT') ?? heard[0];
}

/** The emotion of now; none where nobody is heard. */
export function emotionNow(call, now) {
  const channel = mainChannel(call);
  return !channel || !channel.speech || (!call.endedAt && now - channel.at > QUIET_MS) ? NONE : channel.emotion;
}

/** Media time until now: events come behind it. */
export function lengthMs(call, now) {
  return call.endedAt ? call.mediaMs : call.mediaMs + Math.min(QUIET_MS, Math.max(0, now - call.at));
}

const ORDERS = {
  attention: (one, other) => firstAlert(one) - firstAlert(other) || one.beganAt - other.beganAt,
  emotion: (one, other, now) =>
    emotionNow(one, now).localeCompare(emotionNow(other, now)) || sinceMs(other, now) - sinceMs(one, now),
  longest: (one, other, now) => lengthMs(other, now) - lengthMs(one, now),
  newest: (one, other) => other.beganAt - one.beganAt,
  id: () => 0,
};

function firstAlert(call) {
  return call.alerts.length === 0 ? Number.MAX_SAFE_INTEGER : Math.min(...call.alerts.map(alert => alert.raisedAt));
}

function sinceMs(call, now) {
  const channel = mainChannel(call);
  return channel ? channel.untilMs - channel.sinceMs + Math.min(QUIET_MS, Math.max(0, now - channel.at)) : 0;
}

/** A row; its strips are drawn when it is in sight. */
class Row {
  inSight = false;
  stale = true;

  constructor(call, observer) {
    this.link = element('a', 'id', {href: `#/call/${encodeURIComponent(call.id)}`}, call.id);
    this.notes = element('span', 'notes');
    this.badge = element('span', 'badge');
    this.confidence = element('span', 'figure');
    this.level = element('i', '');
    this.since = element('span', 'figure');
    this.strips = element('div', 'strips');
    this.length = element('span', 'figure');
    this.node = element(
      'div', 'row', {role: 'row'},
      element('div', 'call', {role: 'cell'}, this.link, this.notes),
      element('div', 'now', {role: 'cell'}, this.badge),
      element('div', 'confidence', {role: 'cell'}, element('span', 'bar', {'aria-hidden': 'true'}, this.level), this.confidence),
      element('div', 'since', {role: 'cell'}, this.since),
      element('div', 'timeline', {role: 'cell'}, this.strips),
      element('div', 'length number', {role: 'cell'}, this.length));
    this.node.dataset.id = call.id;
    this.node.row = this;
    this.canvases = [];
    observer.observe(this.node);
  }

  /** Shows what a call is like; its strips when they are in sight. */
  show(call, now) {
    this.call = call;
    this.node.classList.toggle('alerted', call.alerts.length > 0);
    this.node.classList.toggle('ended', Boolean(call.endedAt));
    this.#showNotes(call);
    this.stale = true;
    this.tick(now);
  }

  #showNotes(call) {
    const notes = [];
    if (call.alerts.length > 0) {
      notes.push(['warn', 'alert']);
    } else if (call.raised > 0) {
      notes.push(['', call.raised === 1 ? '1 alert before' : `${call.raised} alerts before`]);
    }
    if (call.channels.some(channel => channel.quality)) {
      notes.push(['warn', 'audio faulty']);
    }
    if (call.endedAt) {
      notes.push(['', 'ended']);
    }
    const written = notes.map(note => note.join()).join(';');
    if (this.written !== written) {
      this.written = written;
      this.notes.replaceChildren(...notes.map(([kind, text]) => element('span', `note ${kind}`, {}, text)));
    }
  }

  /** What changes with time alone. */
  tick(now) {
    const call = this.call;
    const channel = mainChannel(call);
    const emotion = emotionNow(call, now);
    const key = `${emotion} ${channel?.uncertain}`;
    if (this.shown !== key) {
      this.shown = key;
      this.badge.classList.toggle('faint', emotion === NONE);
      const name = element('span', '', {}, emotion === NONE ? 'no speech' : emotion);
      this.badge.replaceChildren(...(emotion === NONE ? [name] : [sign(emotion), name]));
      if (emotion !== NONE && channel.uncertain) {
        this.badge.append(element('span', 'note', {}, 'unsure'));
      }
    }
    const confidence = emotion === NONE ? 0 : channel.confidence;
    setText(this.confidence, emotion === NONE ? '–' : percent(confidence));
    if (this.confident !== confidence) {
      this.confident = confidence;
      this.level.style.transform = `scaleX(${confidence})`;
    }
    const quietMs = channel && !channel.speech ? channel.untilMs - channel.sinceMs : now - (channel?.at ?? call.at);
    setText(this.since, emotion === NONE ? (call.endedAt ? '–' : duration(quietMs)) : duration(sinceMs(call, now)));
    setText(this.length, duration(lengthMs(call, now)));
  }

  /** Draws the strips, if they are in sight and others than they were. */
  draw(width) {
    if (!this.inSight || !this.stale) {
      return;
    }
    this.stale = false;
    const heard = this.call.channels.filter(channel => channel.strip.length > 0).slice(0, MOST_STRIPS);
    if (this.canvases.length !== heard.length) {
      this.canvases = heard.map(() => element('canvas', 'strip', {role: 'img'}));
      this.labels = heard.map(channel => element('span', 'who', {'aria-hidden': 'true', title: roleName(channel.role)}));
      this.strips.replaceChildren(...this.canvases.map((canvas, i) => element('div', 'lane', {}, this.labels[i], canvas)));
    }
    const untilMs = this.call.endedAt ? this.call.mediaMs : Math.max(...heard.map(channel => channel.untilMs), 0);
    heard.forEach((channel, i) => {
      setText(this.labels[i], {CUSTOMER: 'C', AGENT: 'A'}[channel.role] ?? '?');
      const canvas = this.canvases[i];
      canvas.setAttribute('aria-label', `${roleName(channel.role)}: ${describe(channel.strip)}`);
      drawStrip(canvas, channel.strip, untilMs, width, heard.length > 1 ? LANE_HEIGHT : STRIP_HEIGHT);
    });
  }
}

export class CallList {
  #rows = new Map();
  #changed = new Set();
  #inSight = new Set();

  /** Rows out of sight that are to be touched when there is time. */
  #later = new Set();
  #laterFrame = 0;
  #stripWidth = 0;
  #sortedAt = -Infinity;
  #unsorted = true;
  #wish = {find: '', emotions: new Set(), onlyAlerts: false, endedToo: false, sort: 'attention'};
  #observer;

  /** Body of the table, what says that nothing is there, and the server's clock. */
  constructor(body, nothing, now) {
    this.body = body;
    this.nothing = nothing;
    this.now = now;
    this.#observer = new IntersectionObserver(entries => this.#see(entries), {rootMargin: '400px'});
  }

  #see(entries) {
    for (const entry of entries) {
      const row = entry.target.row;
      row.inSight = entry.isIntersecting;
      this.#inSight[row.inSight ? 'add' : 'delete'](row);
      if (row.inSight && row.call) {
        this.#later.delete(row);
        row.show(row.call, this.now());
      }
    }
    this.#draw();
  }

  /** All strips are as wide: one is measured. */
  #draw() {
    if (this.#stripWidth === 0) {
      const place = this.body.querySelector('.row:not([hidden]) .strips');
      this.#stripWidth = Math.max(0, (place?.clientWidth ?? 0) - WHO_WIDTH);
    }
    if (this.#stripWidth > 0) {
      for (const row of this.#inSight) {
        if (row.call) {
          row.draw(this.#stripWidth);
        }
      }
    }
  }

  /** Touches rows out of sight, some in each frame. */
  #catchUp() {
    this.#laterFrame = 0;
    const begin = performance.now();
    for (const row of this.#later) {
      this.#later.delete(row);
      row.show(row.call, this.now());
      if (performance.now() - begin > SPARE_MS) {
        break;
      }
    }
    this.#schedule();
  }

  #schedule() {
    if (this.#later.size > 0) {
      this.#laterFrame ||= requestAnimationFrame(() => this.#catchUp());
    }
  }

  /** A call is there, or is another than it was. */
  put(call) {
    if (!this.#rows.has(call.id)) {
      this.#rows.set(call.id, new Row(call, this.#observer));
    }
    this.#rows.get(call.id).call = call;
    this.#changed.add(call.id);
  }

  remove(id) {
    const row = this.#rows.get(id);
    if (row) {
      this.#observer.unobserve(row.node);
      this.#inSight.delete(row);
      this.#later.delete(row);
      row.node.remove();
      this.#rows.delete(id);
      this.#changed.delete(id);
    }
  }

  wish(wish) {
    Object.assign(this.#wish, wish);
    this.#unsorted = true;
    this.#sortedAt = -Infinity;
    this.update();
  }

  /** Shows what was put since. */
  update() {
    const now = this.now();
    for (const id of this.#changed) {
      const row = this.#rows.get(id);
      if (row.shown && !row.inSight) {
        this.#later.add(row);
      } else {
        row.show(row.call, now);
      }
    }
    this.#unsorted ||= this.#changed.size > 0;
    this.#changed.clear();
    this.#arrange(now);
    this.#draw();
    this.#schedule();
  }

  /** What changes with time alone, of the rows in sight. */
  tick() {
    const now = this.now();
    for (const row of this.#inSight) {
      if (row.call) {
        row.tick(now);
      }
    }
    this.#unsorted = true;
    this.#arrange(now);
    this.#draw();
  }

  /** Strips have other colors, or another width. */
  redraw() {
    this.#stripWidth = 0;
    for (const row of this.#rows.values()) {
      row.stale = true;
    }
    this.tick();
  }

  #isWished(call, now) {
    const wish = this.#wish;
    return (!call.endedAt || wish.endedToo || now - call.endedAt < FADE_MS)
      && (!wish.onlyAlerts || call.alerts.length > 0)
      && (wish.find === '' || call.id.toLowerCase().includes(wish.find))
      && (wish.emotions.size === 0 || wish.emotions.has(emotionNow(call, now)));
  }

  /** Not all the time, for what moves cannot be read, nor clicked. */
  #arrange(now) {
    if (!this.#unsorted || performance.now() - this.#sortedAt < BETWEEN_SORTS_MS) {
      // Who is new is seen at once, at the end.
      for (const row of this.#rows.values()) {
        if (!row.node.parentNode && row.shown) {
          row.node.hidden = !this.#isWished(row.call, now);
          this.body.append(row.node);
        }
      }
      this.#count();
      return;
    }
    this.#unsorted = false;
    this.#sortedAt = performance.now();
    const order = ORDERS[this.#wish.sort];
    const rows = [...this.#rows.values()].filter(row => row.shown);
    rows.sort((one, other) => order(one.call, other.call, now) || one.call.id.localeCompare(other.call.id));
    const focused = document.activeElement;
    let next = this.body.firstChild;
    for (const row of rows) {
      const hidden = !this.#isWished(row.call, now);
      if (row.node.hidden !== hidden) {
        row.node.hidden = hidden;
      }
      if (next && next.nextSibling === row.node) {
        // One that has gone down, not all others up.
        const gone = next;
        next = row.node;
        gone.remove();
      }
      if (row.node === next) {
        next = next.nextSibling;
      } else {
        this.body.insertBefore(row.node, next);
      }
    }
    if (focused && focused !== document.activeElement && this.body.contains(focused)) {
      focused.focus({preventScroll: true});
    }
    this.#count();
  }

  #count() {
    const any = this.body.querySelector('.row:not([hidden])') !== null;
    if (this.nothing.hidden !== any) {
      this.nothing.hidden = any;
    }
    const ended = [...this.#rows.values()].filter(row => row.call.endedAt).length;
    setText(this.nothing, this.#rows.size === 0 ? 'Waiting for calls.'
      : ended === this.#rows.size && !this.#wish.endedToo ? `No call is going on; ${ended} ended a short time ago.`
      : 'No call is as you filter.');
  }

  /** Moves the focus by one row. */
  step(by) {
    const links = [...this.body.querySelectorAll('.row:not([hidden]) a.id')];
    const at = links.indexOf(document.activeElement);
    links[Math.max(0, Math.min(links.length - 1, at < 0 ? 0 : at + by))]?.focus();
  }
}
