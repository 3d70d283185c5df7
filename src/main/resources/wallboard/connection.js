/**
 * The stream of server-sent events: the whole picture first, then changes. When nothing has come for
 * a while it is taken for cut off, whatever the browser says, and is opened anew until it works.
 */

const SILENCE_MS = 10_000;
const LEAST_WAIT_MS = 500;
const MOST_WAIT_MS = 8_000;

export class Connection {
  #source = null;
  #waitMs = LEAST_WAIT_MS;
  #retry = 0;
  #receivedAt = -Infinity;
  #serverMs = Date.now();
  #handlers;

  /** Handlers: picture(data), changes(data), state('live' | 'cut off' | 'connecting'). */
  constructor(handlers) {
    this.#handlers = handlers;
    setInterval(() => this.#watch(), 1_000);
    addEventListener('online', () => this.#open());
    this.#open();
  }

  /** The server's clock, epoch milliseconds: that of this machine may be wrong. */
  now() {
    return this.#serverMs + (Number.isFinite(this.#receivedAt) ? performance.now() - this.#receivedAt : 0);
  }

  /** How old the picture is. */
  ageMs() {
    return performance.now() - this.#receivedAt;
  }

  #open() {
    clearTimeout(this.#retry);
    this.#source?.close();
    const source = new EventSource('/api/stream');
    this.#source = source;
    this.openedAt = performance.now();
    for (const name of ['picture', 'changes', 'beat']) {
      source.addEventListener(name, event => this.#take(name, JSON.parse(event.data)));
    }
    source.addEventListener('error', () => this.#lose());
  }

  #take(name, data) {
    this.#receivedAt = performance.now();
    this.#serverMs = data.now;
    this.#waitMs = LEAST_WAIT_MS;
    if (name !== 'beat') {
      this.#handlers[name](data);
    }
    this.#handlers.state('live');
  }

  #lose() {
    this.#source.close();
    this.#handlers.state(Number.isFinite(this.#receivedAt) ? 'cut off' : 'connecting');
    clearTimeout(this.#retry);
    this.#retry = setTimeout(() => this.#open(), this.#waitMs);
    this.#waitMs = Math.min(MOST_WAIT_MS, this.#waitMs * 2);
  }

  #watch() {
    const heard = Math.max(this.#receivedAt, this.openedAt);
    if (this.#source.readyState !== EventSource.CLOSED && performance.now() - heard > SILENCE_MS) {
      this.#lose();
    }
  }
}
