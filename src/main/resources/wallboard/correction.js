/** The form in which a wrong emotion is corrected: a channel, one of its windows, and what is right. */

import {sign} from './emotions.js';
import {duration, element, roleName, setText, spoken} from './text.js';

export class CorrectionForm {
  #detail = null;

  /** The labels, and who is told which window is chosen. */
  constructor(labels, chosen) {
    this.labels = labels;
    this.chosen = chosen;
    this.channel = element('select', '', {id: 'correct-channel'});
    this.window = element('input', '', {id: 'correct-window', type: 'range', min: '0', max: '0', step: '1', value: '0'});
    this.heard = element('output', 'heard', {for: 'correct-window'});
    this.answers = element('div', 'answers');
    this.answer = element('p', 'answer', {role: 'status'});
    this.button = element('button', 'primary', {type: 'submit'}, 'Correct');
    this.node = element('form', 'card correction', {'aria-labelledby': 'correct'},
      element('h3', '', {id: 'correct'}, 'Correct an emotion'),
      element('p', 'faint', {}, 'Choose a window here, or click it in the chart. Corrections teach the model of this place (adapt --corrections).'),
      element('div', 'fields', {},
        element('label', '', {for: 'correct-channel'}, 'Channel'), this.channel,
        element('label', '', {for: 'correct-window'}, 'Window'), element('div', 'slide', {}, this.window, this.heard)),
      element('fieldset', '', {}, element('legend', '', {}, 'Right is'), this.answers),
      element('div', 'submit', {}, this.button, this.answer));
    for (const label of labels) {
      this.answers.append(element('label', 'choice', {},
        element('input', '', {type: 'radio', name: 'right', value: label, required: ''}), sign(label), element('span', '', {}, label)));
    }
    this.channel.addEventListener('change', () => this.#last());
    this.window.addEventListener('input', () => this.#tell());
    this.node.addEventListener('submit', event => {
      event.preventDefault();
      this.#send();
    });
  }

  #windows() {
    const channel = this.#detail?.channels[Number(this.channel.value)];
    if (!channel) {
      return [];
    }
    return channel.said.map((said, i) => ({said, beginMs: channel.beginMs[i], endMs: channel.endMs[i]})).filter(window => window.said >= 0);
  }

  #current() {
    return this.#windows()[Number(this.window.value)];
  }

  show(detail) {
    const before = this.#detail && this.#current();
    this.#detail = detail;
    const heard = detail.channels.map((channel, i) => [channel, i]).filter(([channel]) => channel.said.some(said => said >= 0));
    if (this.channel.length !== heard.length) {
      const value = this.channel.value;
      this.channel.replaceChildren(...heard.map(([channel, i]) => element('option', '', {value: String(i)}, `${roleName(channel.role)} · ${channel.channel}`)));
      this.channel.value = value || String(heard[0]?.[1] ?? '');
    }
    const windows = this.#windows();
    this.window.max = String(Math.max(0, windows.length - 1));
    if (before) {
      // The window stays, whatever has come and been thinned out since.
      const at = windows.findIndex(window => window.endMs >= before.endMs);
      this.window.value = String(Math.max(0, at));
    } else {
      this.window.value = this.window.max;
    }
    this.button.disabled = windows.length === 0;
    this.#tell();
  }

  #last() {
    this.window.max = String(Math.max(0, this.#windows().length - 1));
    this.window.value = this.window.max;
    this.#tell();
  }

  /** The window that ends nearest to a time. */
  choose(stream, channel, atMs) {
    const index = this.#detail.channels.findIndex(each => each.stream === stream && each.channel === channel);
    if (index < 0) {
      return;
    }
    this.channel.value = String(index);
    const windows = this.#windows();
    let best = 0;
    windows.forEach((window, i) => {
      const middle = (window.beginMs + window.endMs) / 2;
      const other = (windows[best].beginMs + windows[best].endMs) / 2;
      best = Math.abs(middle - atMs) < Math.abs(other - atMs) ? i : best;
    });
    this.window.max = String(Math.max(0, windows.length - 1));
    this.window.value = String(best);
    this.#tell();
  }

  #tell() {
    const window = this.#current();
    const channel = this.#detail?.channels[Number(this.channel.value)];
    if (!window) {
      setText(this.heard, 'no window with speech yet');
      return;
    }
    const text = `${duration(window.beginMs)} – ${duration(window.endMs)}: heard ${this.labels[window.said]}`;
    setText(this.heard, text);
    this.window.setAttribute('aria-valuetext', `${spoken(window.beginMs)}, heard ${this.labels[window.said]}`);
    this.chosen(channel.stream, channel.channel, window);
  }

  async #send() {
    const window = this.#current();
    const channel = this.#detail.channels[Number(this.channel.value)];
    const right = new FormData(this.node).get('right');
    if (!window || !right) {
      return;
    }
    this.button.disabled = true;
    this.answer.classList.remove('wrong');
    setText(this.answer, 'Sending.');
    try {
      const answer = await fetch('/api/corrections', {
        method: 'POST',
        headers: {'Content-Type': 'application/json', Accept: 'application/json'},
        body: JSON.stringify({callId: this.#detail.id, stream: channel.stream, channel: channel.channel, beginMs: window.beginMs, endMs: window.endMs, emotion: right}),
      });
      const body = await answer.json();
      this.answer.classList.toggle('wrong', !answer.ok);
      setText(this.answer, answer.ok ? `Taken: ${duration(window.beginMs)} – ${duration(window.endMs)} is ${right}.` : `Not taken: ${body.error}.`);
    } catch {
      this.answer.classList.add('wrong');
      setText(this.answer, 'Not taken: the server does not answer.');
    } finally {
      this.button.disabled = false;
    }
  }
}
