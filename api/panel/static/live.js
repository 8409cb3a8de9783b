// The live stream: one connection a page; it comes back by itself and says when it is silent.

const SILENT_MS = 2500;
const AGAIN_MS = 2000;

export class Live extends EventTarget {
  #source = null;
  #heardAt = -Infinity;
  #state = "connecting";
  #again = 0;

  constructor(address = "/api/live") {
    super();
    this.address = address;
    setInterval(() => this.#look(), 500);
    this.#connect();
  }

  #connect() {
    this.#source?.close();
    this.#source = new EventSource(this.address);
    this.#source.addEventListener("live", (event) => {
      this.#heardAt = performance.now();
      this.#become("live");
      this.dispatchEvent(new MessageEvent("live", { data: JSON.parse(event.data) }));
    });
    this.#source.addEventListener("status", (event) => {
      const status = JSON.parse(event.data);
      if (!status.is_online) this.#become("away");
      this.dispatchEvent(new MessageEvent("status", { data: status }));
    });
    this.#source.addEventListener("error", () => {
      // A browser tries again where the redirect once led, or not at all; the stream may have moved since.
      this.#again ||= setTimeout(() => {
        this.#again = 0;
        if (this.#source.readyState !== EventSource.OPEN) this.#connect();
      }, AGAIN_MS);
    });
  }

  #look() {
    if (performance.now() - this.#heardAt < SILENT_MS) return;
    this.#become(this.#source.readyState === EventSource.OPEN ? "away" : "offline");
  }

  #become(state) {
    if (state === this.#state) return;
    this.#state = state;
    this.dispatchEvent(new MessageEvent("state", { data: state }));
  }
}
