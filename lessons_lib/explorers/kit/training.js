// A training beside the page: in a Worker made from this figure's own source, so that it also works in a file opened
// from disk and in a notebook; where no Worker is allowed, in small slices on the page's own thread.
import serving from './serve.js' with { type: 'worker' };

const SLICES = { worker: 40, page: 8 }; // milliseconds of work at a time
const ROWS = 250; // examples at a time

/** As in serve.js. The page has no copy of its own of what works in the Worker. */
export const firstFeatures = start => serving().firstFeatures(start);
/** Features of all examples, a few at a time: a page that begins with them still answers meanwhile. */
export async function featuresInTurns(start) {
  const { firstFeatures: next } = serving(),
    some = ROWS * (start.inputs.length / start.labels.length),
    all = [];
  for (let at = 0; at < start.inputs.length; at += some) {
    all.push(...next({ ...start, shown: start.inputs.subarray(at, at + some) }));
    await turn();
  }
  return Float32Array.from(all);
}
/** Done after what the page has to do first. */
function turn() {
  const { port1, port2 } = new MessageChannel();
  return new Promise(done => {
    port1.onmessage = () => done(port1.close());
    port2.postMessage(0);
  });
}
export const firstScale = (...asked) => serving().firstScale(...asked);

/** `heard(frame)` gets what serve.js tells. `tell(task, given)` is what it is told; nothing begins before the first. */
export class Training {
  port = null; // what is told, once it listens
  worker = null;
  place = '';
  waiting = [];
  ended = false;

  constructor(heard) {
    this.heard = ({ data }) => this.ended || heard(data);
  }

  tell(task, given = {}) {
    if (this.ended) return;
    if (!this.place) this.#begin();
    if (this.port) this.port.postMessage({ task, ...given });
    else this.waiting.push({ task, ...given });
  }
  end() {
    this.port?.postMessage({ task: 'end' });
    this.ended = true;
    this.worker?.terminate();
  }

  #begin() {
    try {
      this.place = 'worker';
      this.worker = this.#made();
    } catch {
      this.#onPage();
    }
  }
  #made() {
    const source = `(${serving})().serve(self, ${SLICES.worker}); postMessage('ready');`,
      address = URL.createObjectURL(new Blob([source], { type: 'text/javascript' })),
      worker = new Worker(address);
    worker.onerror = event => {
      event.preventDefault();
      worker.terminate();
      if (!this.port) this.#onPage(); // it never began
    };
    worker.onmessage = () => {
      URL.revokeObjectURL(address);
      worker.onmessage = this.heard;
      this.#listens(worker);
    };
    return worker;
  }
  #onPage() {
    if (this.ended) return;
    this.place = 'page';
    this.worker = null;
    const { port1, port2 } = new MessageChannel(); // in order, which timers are not
    port1.onmessage = this.heard;
    serving().serve(port2, SLICES.page);
    this.#listens(port1);
  }
  #listens(port) {
    this.port = port;
    for (const data of this.waiting.splice(0)) port.postMessage(data);
  }
}
